// Keeps a page fresh and sends its forms without leaving it. Everything works without this script.
"use strict";

const main = document.querySelector("main[data-fresh]");
const byId = (id) => document.getElementById(id);
let version = Number(main.dataset.version);
let failures = 0;

/** Makes a list hold the given items, touching only what changed, so that readers hear new items alone. */
function merge(list, html, onNew = () => {}) {
  const wanted = document.createElement("template");
  wanted.innerHTML = html;
  const items = [...wanted.content.children];
  const keys = new Set(items.map((item) => item.id));
  [...list.children].filter((item) => !keys.has(item.id)).forEach((item) => item.remove());
  let added = false;
  items.forEach((item, index) => {
    const known = byId(item.id);
    if (!known) added = true;
    else if (known.outerHTML !== item.outerHTML) known.replaceWith(item);
    const placed = known && known.isConnected ? known : item;
    if (list.children[index] !== placed) list.insertBefore(placed, list.children[index] || null);
    if (!known) onNew(item);
  });
  return added;
}

function lastText() {
  return byId("texts").lastElementChild;
}

function atEnd() {
  return !lastText() || lastText().getBoundingClientRect().top < window.innerHeight;
}

function scrollToEnd() {
  lastText()?.scrollIntoView({ block: "end" });
}

/** The newest line of the call stays in sight, also when the window turns or the list gets another size. */
function showLastSaid() {
  byId("heard").scrollTop = byId("heard").scrollHeight;
}

function showClock(fresh) {
  byId("now").textContent = fresh.now;
  byId("now").dateTime = fresh.iso;
  byId("speed").textContent = fresh.speed;
  document.querySelectorAll("button[name=rate]").forEach((button) =>
    button.setAttribute("aria-pressed", String(Number(button.value) === fresh.rate)));
}

function showPhone(fresh) {
  const follow = atEnd();
  const added = merge(byId("texts"), fresh.texts);
  const heard = byId("heard");
  const said = merge(heard, fresh.heard, sound.say);
  const answered = fresh.phase !== main.dataset.phase && fresh.phase === "talking";
  main.dataset.phase = fresh.phase;
  sound.call(fresh.phase);
  if (said) showLastSaid();
  if (fresh.phase === "talking") main.dataset.called = "";
  if (answered) byId("call-title").scrollIntoView({ block: "nearest" });
  if (byId("call-title").textContent !== fresh.call) byId("call-title").textContent = fresh.call;
  if (added && follow && !answered) scrollToEnd();
}

async function refresh() {
  try {
    const answer = await fetch(`${main.dataset.fresh}?since=${version}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = await answer.json();
    showClock(fresh);
    if ("texts" in fresh) showPhone(fresh);
    if ("phones" in fresh) merge(byId("phones"), fresh.phones);
    if (byId("none") && (byId("texts") || byId("phones")).children.length) byId("none").remove();
    if (failures > 2) byId("notice").textContent = "";
    version = fresh.version;
    failures = 0;
  } catch {
    failures += 1;
    if (failures === 3) byId("notice").textContent = "No connection to the network. Is it still running?";
  }
}

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, 1000);
}

async function send(form, button) {
  if (form.classList.contains("keypad")) sound.hush();
  const data = new FormData(form, button);
  const notice = byId("notice");
  try {
    const address = button?.getAttribute("formaction") || form.action;
    const answer = await fetch(address, {
      method: "POST", body: new URLSearchParams(data), redirect: "manual", headers: { "X-Keeps-Fresh": "1" },
    });
    notice.textContent = "";
    if (answer.type !== "opaqueredirect") {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      notice.textContent = page.getElementById("notice")?.textContent || "That did not work. Try again.";
    } else if ("clears" in form.dataset) form.reset();
    else if (form.dataset.done) form.querySelector("[role=status]").textContent = form.dataset.done;
  } catch {
    notice.textContent = "No connection to the network. Is it still running?";
  }
  await refresh();
}

document.addEventListener("submit", (event) => {
  if (!("live" in event.target.dataset)) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && "enter" in event.target.dataset && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

if (byId("texts")) {
  main.dataset.scripted = "";
  new ResizeObserver(showLastSaid).observe(byId("heard"));
  scrollToEnd();
}
keepFresh();
