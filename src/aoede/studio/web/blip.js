// A short plain tone for a note that is drawn, so that one hears what one writes.

const LENGTH_S = 0.22, LOUD = 0.12;
let context = null;

export function blip(pitch) {
  context ??= new AudioContext();
  context.resume();
  const now = context.currentTime;
  const gain = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { type: "triangle", frequency: 440 * 2 ** ((pitch - 69) / 12) });
  gain.gain.setValueAtTime(0, now);
  gain.gain.linearRampToValueAtTime(LOUD, now + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.001, now + LENGTH_S);
  tone.connect(gain).connect(context.destination);
  tone.start(now);
  tone.stop(now + LENGTH_S);
}
