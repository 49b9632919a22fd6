/** One take of the microphone: at most 30 s, with its level, and the microphone let go afterwards. */

const LIMIT_S = 30;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4;codecs=mp4a.40.2", "audio/mp4", "audio/ogg;codecs=opus"];
const LOUD = 0.02;

export const canRecord = () => "MediaRecorder" in window && "mediaDevices" in navigator;

/**
 * @typedef {{levels: number[], seconds: () => number, stop: () => Promise<Blob | null>, discard: () => void}} Take
 * @param {{onLimit: () => void, onSilence?: (spoke: boolean) => void}} told @returns {Promise<Take>}
 */
export async function record(told) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 16000 });
  /** @type {Blob[]} */
  const pieces = [];
  recorder.ondataavailable = (event) => event.data.size && pieces.push(event.data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  const context = new AudioContext();
  const meter = context.createAnalyser();
  meter.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(meter);
  const wave = new Float32Array(meter.fftSize);
  /** @type {number[]} */
  const levels = [];
  const began = performance.now();
  let loudAt = 0;
  recorder.start(1000);
  const tick = setInterval(() => {
    meter.getFloatTimeDomainData(wave);
    const level = Math.sqrt(wave.reduce((sum, x) => sum + x * x, 0) / wave.length);
    levels.push(level);
    if (levels.length > 64) levels.shift();
    const now = performance.now();
    if (level > LOUD) loudAt = now;
    if (now - began > LIMIT_S * 1000) told.onLimit();
    else if (told.onSilence && now - (loudAt || began) > (loudAt ? 1300 : 7000)) told.onSilence(loudAt > 0);
  }, 50);

  async function end() {
    clearInterval(tick);
    if (recorder.state !== "inactive") recorder.stop();
    await ended;
    for (const track of stream.getTracks()) track.stop();
    context.close();
  }
  return {
    levels,
    seconds: () => (performance.now() - began) / 1000,
    async stop() {
      const long = performance.now() - began > 300;
      await end();
      return long && pieces.length ? new Blob(pieces, { type: mimeType?.split(";")[0] }) : null;
    },
    /** Nothing of it is wanted: the microphone is shut before this returns. */
    discard() {
      for (const track of stream.getTracks()) track.stop();
      void end();
    },
  };
}

/** A recording on its way to the server. @param {Blob} audio @param {any} clientContext */
export function formOf(audio, clientContext) {
  const form = new FormData();
  form.append("audio", audio, "command." + (audio.type.includes("mp4") ? "mp4" : "webm"));
  form.append("clientContext", JSON.stringify(clientContext));
  return form;
}
