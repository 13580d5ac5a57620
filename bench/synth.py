"""How many seconds of song a second of one core renders: `OMP_NUM_THREADS=1 python bench/synth.py`.

It plays a made-up song of four tracks (piano, strings, bass, drums), 90 s and about 700 notes. Where tinysoundfont
is installed (`pip install --no-deps tinysoundfont==0.3.7`; written in C, no reverb), it plays the same notes.
"""

import time
from importlib.resources import files
from typing import Any

from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Control, Note, Song, Tempo, Track

BARS = 38
BAR_TICKS = 4 * TICKS_PER_QUARTER
CHORDS = ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12))


def main() -> None:
    from aoede import synth

    song = example_song()
    n_notes = sum(len(track.notes) for track in song.tracks)
    began = time.perf_counter()
    synth.default_soundfont()
    loaded = time.perf_counter()
    samples = synth.render(song)
    ended = time.perf_counter()
    seconds = len(samples) / 44_100
    print(f"{song.duration_s:.1f} s of song, {n_notes} notes, {len(song.tracks)} tracks")
    print(
        f"SoundFont read in {loaded - began:.3f} s; {seconds:.1f} s of sound made in {ended - loaded:.3f} s"
    )
    ours = seconds / (ended - began)
    print(f"{ours:.1f} times real time, the reading included")
    try:
        import tinysoundfont
    except ImportError:
        print("tinysoundfont is not installed")
        return
    theirs = peer_speed(tinysoundfont.Synth(samplerate=44_100), song)
    print(f"tinysoundfont 0.3.7: {theirs:.1f} times, {theirs / ours:.2f} times ours")


def peer_speed(player: Any, song: Song) -> float:
    """Times real time of a tinysoundfont.Synth, reading and event loop included."""
    began = time.perf_counter()
    font = player.sfload(str(files("aoede.presets") / "sound.sf2"))
    events = []
    for channel, track in enumerate(song.tracks):
        player.program_select(channel, font, 128 * track.is_drum, track.program, track.is_drum)
        for note in track.notes:
            events.append((note.end_ticks, 0, channel, note.pitch, 0))
            events.append((note.start_ticks, 1, channel, note.pitch, note.velocity))
    events.sort()
    done = 0
    for at_s, (_, begins, channel, pitch, velocity) in zip(
        song.seconds_of([event[0] for event in events]), events, strict=True
    ):
        if round(at_s * 44_100) > done:
            player.generate(round(at_s * 44_100) - done)
            done = round(at_s * 44_100)
        if begins:
            player.noteon(channel, pitch, velocity)
        else:
            player.noteoff(channel, pitch)
    player.generate(2 * 44_100)
    return (done / 44_100 + 2) / (time.perf_counter() - began)


def example_song() -> Song:
    rng = stream(1, "bench")
    melody, chords, bass, drums = [], [], [], []
    for bar in range(BARS):
        at = bar * BAR_TICKS
        chord = CHORDS[bar % 4]
        for step in range(0, 8, 2):
            tone = 72 + chord[int(rng.integers(3))]
            melody.append(Note(at + step * 240, tone, 440, int(rng.integers(60, 110))))
        chords += [Note(at + half * 960, 55 + tone, 950, 70) for half in range(2) for tone in chord]
        bass += [Note(at + beat * 480, 36 + chord[0], 460, 90) for beat in (0, 1, 2, 3)]
        drums += [Note(at + beat * 480, 36 if beat % 2 == 0 else 38, 120, 100) for beat in range(2)]
        drums += [Note(at + beat * 960, 42, 120, 80) for beat in range(2)]
    return Song(
        "bench",
        (
            Track("melody", tuple(melody), 0, "melody", controls=(Control(0, 64, 127),)),
            Track("chords", tuple(sorted(chords)), 48, "chords", controls=(Control(0, 7, 80),)),
            Track("bass", tuple(bass), 33, "bass"),
            Track("drums", tuple(sorted(drums)), 0, "drums", is_drum=True),
        ),
        tempos=(Tempo(0, 100.0),),
    )


if __name__ == "__main__":
    main()
