// Makes pages nicer; every one of them works without it.
"use strict";

// Times are written in UTC, and read in the zone of whoever reads.
function inOwnZone(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) {
      time.title = time.textContent;
      time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
    }
  }
}

inOwnZone(document);

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
