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
