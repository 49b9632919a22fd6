/** Replies spoken by the device itself. */
const synth = window.speechSynthesis;
let primed = false;

/** iOS speaks only after a first utterance inside a tap. */
export function prime() {
  if (primed || !synth) return;
  primed = true;
  synth.speak(new SpeechSynthesisUtterance(""));
}

export const hush = () => synth?.cancel();

/** @param {string} text @param {string} language @returns {Promise<void>} when it has been said */
export function speak(text, language) {
  if (!synth || !text) return Promise.resolve();
  hush();
  return new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.lang = language || "en";
    words.onend = words.onerror = () => done();
    setTimeout(done, 2000 + text.length * 120); // some browsers never say that they ended
    synth.speak(words);
  });
}
