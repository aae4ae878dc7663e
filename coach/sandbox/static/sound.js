// Rings and speaks a call aloud where the box "Speak" is ticked. Off until then; nothing needs it.
"use strict";

const sound = (() => {
  const box = document.getElementById("speak");
  const speaker = window.speechSynthesis;
  let audio = null;
  let bell = null;

  if (!box || !speaker || !window.SpeechSynthesisUtterance) return { call() {}, say() {}, hush() {} };
  document.getElementById("sound").hidden = false;

  /** Two tones for two seconds: a North American bell. */
  function ringOnce() {
    const loud = audio.createGain();
    loud.gain.value = 0.1;
    loud.connect(audio.destination);
    for (const pitch of [440, 480]) {
      const tone = audio.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(loud);
      tone.start();
      tone.stop(audio.currentTime + 2);
    }
  }

  /** Rings every six seconds while the phone does. */
  function call(phase) {
    const rings = box.checked && phase === "ringing";
    if (rings && !bell && window.AudioContext) {
      audio = audio || new AudioContext();
      ringOnce();
      bell = setInterval(ringOnce, 6000);
    } else if (!rings && bell) {
      clearInterval(bell);
      bell = null;
    }
    if (phase === "idle") hush();
  }

  /** Speaks one line in its own language, behind those that are still being spoken. */
  function say(line) {
    if (!box.checked || !line.classList.contains("coach")) return;
    const words = line.querySelector("[lang]") || line.lastElementChild;
    const utterance = new SpeechSynthesisUtterance(words.textContent);
    utterance.lang = words.lang || "en-US";
    utterance.rate = 0.9;
    speaker.speak(utterance);
  }

  function hush() {
    speaker.cancel();
  }

  box.addEventListener("change", () => {
    hush();
    call(document.querySelector("main").dataset.phase);
  });
  return { call, say, hush };
})();
