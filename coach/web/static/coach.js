// Keeps an open page fresh, says aloud what is new, and keeps drafts. Every page works without it.
"use strict";

const EVERY = 15000; // milliseconds between looks
const KEY = "draft:";
const banner = document.getElementById("banner");
const announcer = document.getElementById("announcer");

function news(root) {
  return new Map([...root.querySelectorAll("[data-case]")].map((e) => [e.dataset.case, e.dataset.news]));
}

function say(words) {
  announcer.textContent = words;
}

function showBanner(words, label, act) {
  const text = document.createElement("span");
  text.textContent = words;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-main";
  button.textContent = label;
  button.addEventListener("click", act);
  banner.replaceChildren(text, button);
  banner.hidden = false;
}

function hideBanner() {
  banner.hidden = true;
  banner.replaceChildren();
}

function isBusy(region) {
  const typing = region.contains(document.activeElement) && document.activeElement !== region;
  const drafted = [...region.querySelectorAll("textarea, select")].some((f) => f.value !== "");
  return typing || drafted || region.matches(":hover");
}

function sameWords(a, b) {
  const strip = (e) => e.textContent.replace(/\s+/g, " ");
  return strip(a) === strip(b);
}

function swap(region, fresh) {
  const thread = region.querySelector(".thread");
  const scrolled = thread ? thread.scrollTop : 0;
  const open = new Set([...region.querySelectorAll("details")].flatMap((d, i) => (d.open ? [i] : [])));
  const top = window.scrollY;
  region.replaceChildren(...[...fresh.childNodes].map((n) => document.importNode(n, true)));
  region.querySelectorAll("details").forEach((d, i) => { if (open.has(i)) d.open = true; });
  const after = region.querySelector(".thread");
  if (after) after.scrollTop = scrolled;
  window.scrollTo(0, top);
}

function refresh(page) {
  let held = 0;
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(region.id);
    if (!fresh) continue;
    const known = news(region);
    const added = [...news(fresh)].filter(([id]) => !known.has(id)).map(([, words]) => words);
    if (added.length) say("New: " + added.join("; "));
    if (sameWords(region, fresh)) continue;
    const moved = [...known.keys()].join() !== [...news(fresh).keys()].join() || region.id === "live-talk";
    if (isBusy(region)) held += moved ? 1 : 0;
    else swap(region, fresh);
  }
  document.title = page.title;
  if (held) showBanner("There is something new on this page.", "Show it", () => { hideBanner(); swapAll(page); });
  else hideBanner();
}

function swapAll(page) {
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(region.id);
    if (fresh) swap(region, fresh);
  }
  restoreDrafts();
}

let failures = 0;

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Coach-Refresh": "1" }, cache: "no-store" });
    if (answer.redirected && new URL(answer.url).pathname === "/sign-in") {
      showBanner("You are signed out; this page is no longer fresh.", "Sign in", () => location.reload());
      say("You are signed out.");
      return;
    }
    if (!answer.ok) throw new Error("refused");
    failures = 0;
    refresh(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    failures += 1;
    if (failures > 2) showBanner("This page cannot reach the service; what it shows may be old.", "Try again", () => location.reload());
  }
}

function eachDraft(act) {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    for (const field of form.querySelectorAll("textarea, select")) act(form, field, KEY + location.pathname + ":" + form.dataset.draft + ":" + field.name);
  }
}

function restoreDrafts() {
  eachDraft((form, field, key) => {
    const kept = sessionStorage.getItem(key);
    if (kept && !field.value) field.value = kept;
  });
}

function forgetDrafts(keep) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEY) && !keep(key)) sessionStorage.removeItem(key);
}

document.addEventListener("input", () => eachDraft((form, field, key) => {
  if (field.value) sessionStorage.setItem(key, field.value);
  else sessionStorage.removeItem(key);
}));
document.addEventListener("submit", (event) => {
  if (event.target.dataset.forget !== undefined) forgetDrafts(() => false);
  else if (event.target.dataset.draft) forgetDrafts((key) => !key.includes(":" + event.target.dataset.draft + ":"));
});

restoreDrafts();
document.querySelector("[autofocus]")?.focus();
if (document.body.dataset.livePage !== undefined) {
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
