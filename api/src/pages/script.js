// Makes pages nicer; every one of them works without it.
"use strict";

// Times are written in UTC, and read in the zone of whoever reads. A day is the same everywhere.
function inOwnZone(root) {
  for (const time of root.querySelectorAll("time[datetime*='T']:not([title])")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) {
      time.title = time.textContent;
      time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
    }
  }
}

// The part of a page that is kept up (api/src/live): a stream tells what the page would show now, and when
// that is not what it shows, the part is taken anew from the page. What stands beside it is left alone,
// so that nobody loses what they are typing.
function keptUp() {
  const part = () => document.querySelector("[data-live]");
  let stream = null;
  let asking = false;
  let told = "";

  // Somewhere else by now, such as where to sign in: shown by going there.
  const leave = () => window.location.replace(window.location.pathname + window.location.search);

  const dress = () => {
    inOwnZone(part());
    const hears = stream?.readyState === EventSource.OPEN;
    for (const hint of part().querySelectorAll("[data-still]")) hint.hidden = hears;
  };

  const put = (fresh) => {
    const reached = "a[href], button, input, summary";
    const old = part();
    const at = [...old.querySelectorAll(reached)].indexOf(document.activeElement);
    const open = [...old.querySelectorAll("details")].map((details) => details.open);
    old.replaceWith(fresh);
    dress();
    fresh.querySelectorAll("details").forEach((details, index) => { details.open = Boolean(open[index]); });
    if (at >= 0) fresh.querySelectorAll(reached)[at]?.focus({ preventScroll: true });
  };

  const ask = async (seen) => {
    told = seen;
    if (asking || seen === part().dataset.seen) return;
    asking = true;
    try {
      const answer = await fetch(window.location.href, { headers: { accept: "text/html" } });
      if (answer.status >= 500) throw new Error("not now");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && !answer.redirected && page.querySelector("[data-live]");
      if (fresh) put(document.adoptNode(fresh)); else leave();
    } catch {
      // Away for now. Another stream begins with what there is then.
      listen(5000);
    } finally {
      asking = false;
    }
    // What was told meanwhile may be newer than what has come.
    if (told !== seen) ask(told);
  };

  const hush = () => {
    stream?.close();
    stream = null;
  };

  let later = 0;
  const listen = (wait) => {
    hush();
    clearTimeout(later);
    later = setTimeout(() => {
      if (document.hidden) return;
      stream = new EventSource(part().dataset.live);
      stream.onopen = dress;
      stream.onmessage = (message) => ask(message.data);
      stream.addEventListener("gone", () => { hush(); leave(); });
      // It comes back by itself, unless it was refused: the page itself may say why.
      stream.onerror = () => {
        if (stream?.readyState === EventSource.CLOSED) {
          listen(30000);
          ask("refused");
        }
        dress();
      };
    }, wait);
  };

  if (!part() || !window.EventSource) return;
  // A page that nobody looks at listens to nothing.
  document.addEventListener("visibilitychange", () => { if (document.hidden) hush(); else listen(0); });
  window.addEventListener("pagehide", hush);
  window.addEventListener("pageshow", (shown) => { if (shown.persisted) listen(0); });
  listen(0);
}

// A button that copies what stands in a field, where there is a script; the field can be copied by hand.
function copies(button) {
  const field = document.getElementById(button.dataset.copy);
  const says = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = says; }, 3000);
    } catch {
      // The field is selected: the browser's own way to copy is one key away.
      field.focus();
    }
  });
}

inOwnZone(document);
keptUp();
document.querySelectorAll("button[data-copy]").forEach(copies);

// A slider over revisions shows each one as it is moved.
function slides(form) {
  const slider = form.querySelector("input[type=range]");
  let asked = 0;
  slider.addEventListener("input", async () => {
    const mine = (asked += 1);
    const path = `${location.pathname}?${slider.name}=${slider.value}`;
    const answer = await fetch(path);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = page.querySelector("[data-slid]");
    if (mine !== asked) return;
    if (!there) { location.assign(path); return; }
    form.querySelector("output").value = slider.value;
    document.querySelector("[data-slid]").replaceWith(there);
    document.querySelector("h1").textContent = page.querySelector("h1").textContent;
    inOwnZone(there);
    history.replaceState(null, "", path);
  });
}

document.querySelectorAll("form[data-slide]").forEach(slides);
