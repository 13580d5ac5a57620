"""What a composed song claims, checked on the song and on its files: each claim holds (True), fails, or is None.

Nothing here asks the composer what it meant: what was stated is read from the request and the options.
"""

from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import mido
import numpy as np
import symusic

from aoede import export
from aoede.encodings.chords import parse_chord
from aoede.mood.wishes import Wishes, wishes_of
from aoede.music.key_finder import find_key
from aoede.music.measures import pitch_class_weights
from aoede.music.note_table import pitched_notes
from aoede.music.theory import MODES, parse_key, pitch_class
from aoede.song import KeySignature, Section, Song

Claims = dict[str, bool | None]
SHORTEST_S, LONGEST_S = 90, 180  # of a song whose length is not stated
GM_DRUMS = range(27, 88)


def claims(song: Song, request: str, options: Mapping[str, Any]) -> Claims:
    """Every claim by its name, in the order of the table."""
    words = wishes_of(request)
    data = export.to_bytes(song, ".mid")
    return {
        **midi_claims(song, data),
        **stated_claims(song, mido.MidiFile(file=BytesIO(data)), words, options),
        **key_claims(song),
        **part_claims(song),
        **musicxml_claims(song),
    }


# --- the file ---------------------------------------------------------------------------------------


def midi_claims(song: Song, data: bytes) -> Claims:
    own = sorted(
        (note.start_ticks, note.pitch, note.duration_ticks, note.velocity)
        for track in song.tracks
        for note in track.notes
    )
    score = symusic.Score.from_midi(data)
    read = sorted((n.time, n.pitch, n.duration, n.velocity) for track in score.tracks for n in track.notes)
    return {
        "MIDI is well-formed, no note hangs (mido)": hangs_nothing(data),
        "its notes are the song's (symusic)": score.ticks_per_quarter == 480 and read == own,
        "every note has a length, a pitch and a velocity": all(
            start >= 0 and 0 <= pitch <= 127 and length > 0 and 1 <= velocity <= 127
            for start, pitch, length, velocity in own
        ),
    }


def hangs_nothing(data: bytes) -> bool:
    """Whether mido reads the bytes as they are and each note that is struck ends."""
    file = mido.MidiFile(file=BytesIO(data), clip=False)
    for track in file.tracks:
        sounding: dict[tuple[int, int], int] = {}
        for message in track:
            if message.type not in ("note_on", "note_off"):
                continue
            strikes = message.type == "note_on" and message.velocity > 0
            place = (message.channel, message.note)
            sounding[place] = sounding.get(place, 0) + (1 if strikes else -1)
            if sounding[place] < 0:
                return False
        if any(sounding.values()) or track[-1].type != "end_of_track":
            return False
    return True


# --- what was stated --------------------------------------------------------------------------------


def stated_claims(song: Song, file: mido.MidiFile, words: Wishes, options: Mapping[str, Any]) -> Claims:
    bars = options.get("bars", None if "form" in options else words.bars)
    tempo = options.get("tempo", words.tempo_bpm)
    meter = tuple(map(int, options["meter"].split("/"))) if "meter" in options else words.meter
    span = words.tempo_range_bpm if tempo is None else None
    bpm = mido.tempo2bpm(first_of(file, "set_tempo").tempo)
    sign = first_of(file, "time_signature")
    no_length = bars is None and "form" not in options and words.manner.form is None
    return {
        "bars, as stated": None if bars is None else has_bars(song, bars),
        "90 to 180 s where no length is stated": SHORTEST_S <= song.duration_s <= LONGEST_S
        if no_length
        else None,
        "sections fill the song without a gap": are_joined(song.sections, song.end_ticks),
        "meter, as stated": None if meter is None else (sign.numerator, sign.denominator) == meter,
        "tempo, as stated": None if tempo is None else abs(bpm - tempo) < 0.01,
        "tempo within the words' range": None if span is None else span[0] - 0.5 <= bpm <= span[1] + 0.5,
        "key, as stated": stated_key(song, file, words, options),
        "sections, as stated": stated_form(song, options),
        "chords, as stated": stated_chords(song, options),
    }


def first_of(file: mido.MidiFile, kind: str) -> Any:
    return next(message for track in file.tracks for message in track if message.type == kind)


def has_bars(song: Song, bars: int) -> bool:
    """So many bars, with the last note in the last one."""
    length, last = song.meters[0].bar_ticks, max(track.end_ticks for track in song.tracks)
    return len(song.bar_starts()) == bars and (bars - 1) * length < last <= bars * length


def are_joined(sections: tuple[Section, ...], end_ticks: int) -> bool:
    joined = all(a.end_ticks == b.start_ticks for a, b in pairwise(sections))
    return bool(sections) and joined and sections[0].start_ticks == 0 and sections[-1].end_ticks == end_ticks


def stated_key(song: Song, file: mido.MidiFile, words: Wishes, options: Mapping[str, Any]) -> bool | None:
    """Whether the first key signature of the file, and the recipe's key, are the one stated."""
    tonic, mode = parse_key(options["key"]) if "key" in options else (words.tonic, None)
    if "key" not in options or words.tonic is None:
        mode = mode or options.get("mode") or words.mode
    mode = mode or options.get("mode")
    if tonic is None and mode is None:
        return None
    signature = song.keys[0]
    told_tonic, told_mode = str(song.recipe["key"]).split(" ", 1)
    named = str(first_of(file, "key_signature").key)
    in_file = (pitch_class(named.removesuffix("m")), named.endswith("m"))
    is_right = in_file == (tonic_of(signature), signature.is_minor)
    is_right &= pitch_class(told_tonic) == tonic_of(signature)
    is_right &= tonic is None or tonic_of(signature) == pitch_class(tonic)
    return is_right and (mode is None or (told_mode == mode and signature.is_minor == (3 in MODES[mode])))


def stated_form(song: Song, options: Mapping[str, Any]) -> bool | None:
    if "form" not in options:
        return None
    asked = [word.split(":") for word in options["form"].split()]
    if len(asked) != len(song.sections):
        return False
    length = song.meters[0].bar_ticks
    return all(
        section.name == word[0]
        and (len(word) == 1 or section.end_ticks - section.start_ticks == int(word[1]) * length)
        for word, section in zip(asked, song.sections, strict=True)
    )


def stated_chords(song: Song, options: Mapping[str, Any]) -> bool | None:
    """Whether the song's chords are those stated, a bar each, over and over in every section."""
    if "chords" not in options:
        return None
    asked = [parse_chord(symbol).pitch_classes for symbol in options["chords"].split()]
    length = song.meters[0].bar_ticks
    starts = np.array([chord.start_ticks for chord in song.chords])
    for section in song.sections:
        for bar in range((section.end_ticks - section.start_ticks) // length):
            here = int(np.searchsorted(starts, section.start_ticks + bar * length, side="right")) - 1
            if here < 0 or parse_chord(song.chords[here].symbol).pitch_classes != asked[bar % len(asked)]:
                return False
    return True


# --- what is heard ----------------------------------------------------------------------------------


def key_claims(song: Song) -> Claims:
    first, last = song.sections[0], song.sections[-1]
    return {
        "key finder: first section": is_heard(song, first, song.keys[0]),
        "key finder: last section, in the key that stands there": is_heard(
            song, last, signature_at(song, last.start_ticks)
        ),
        "last section in the key of the first": tonic_of(signature_at(song, last.start_ticks))
        == tonic_of(song.keys[0]),
    }


def is_heard(song: Song, section: Section, signature: KeySignature) -> bool:
    """Whether the notes that begin in a section are in this key, as the key finder hears them."""
    notes = pitched_notes(song)
    inside = (notes.starts_ticks >= section.start_ticks) & (notes.starts_ticks < section.end_ticks)
    found = find_key(pitch_class_weights(notes.chosen(inside)))
    return (found.tonic_pc, found.mode == "minor") == (tonic_of(signature), signature.is_minor)


def signature_at(song: Song, ticks: int) -> KeySignature:
    return [key for key in song.keys if key.start_ticks <= ticks][-1]


def tonic_of(signature: KeySignature) -> int:
    return (7 * signature.sharps + (9 if signature.is_minor else 0)) % 12


# --- parts that a song may have ---------------------------------------------------------------------


def part_claims(song: Song) -> Claims:
    melody = {note.start_ticks for track in song.tracks if track.role == "melody" for note in track.notes}
    drums = [track for track in song.tracks if track.is_drum]
    sung = [syllable.start_ticks for syllable in song.syllables]
    return {
        "each syllable on a note of the melody, one after the other": (
            set(sung) <= melody and sung == sorted(set(sung)) if sung else None
        ),
        "drums are General MIDI's": (
            all(note.pitch in GM_DRUMS for track in drums for note in track.notes) if drums else None
        ),
    }


def musicxml_claims(song: Song) -> Claims:
    """Whether the MusicXML can be read and every part has the song's bars, where we write it."""
    held: bool | None = None
    if ".musicxml" in export.SUFFIXES:
        root = ElementTree.fromstring(export.to_bytes(song, ".musicxml"))
        parts = root.findall("part")
        n_bars = len(song.bar_starts())
        held = bool(parts) and all(len(part.findall("measure")) == n_bars for part in parts)
    return {"MusicXML has every bar": held}
