"""The names of General MIDI 1 (MIDI Manufacturers Association): 128 programs, drum sounds of channel 10."""

PROGRAM_NAMES = tuple(
    """
Acoustic Grand Piano, Bright Acoustic Piano, Electric Grand Piano, Honky-tonk Piano,
Electric Piano 1, Electric Piano 2, Harpsichord, Clavinet,
Celesta, Glockenspiel, Music Box, Vibraphone, Marimba, Xylophone, Tubular Bells, Dulcimer,
Drawbar Organ, Percussive Organ, Rock Organ, Church Organ, Reed Organ, Accordion, Harmonica, Tango Accordion,
Acoustic Guitar (nylon), Acoustic Guitar (steel), Electric Guitar (jazz), Electric Guitar (clean),
Electric Guitar (muted), Overdriven Guitar, Distortion Guitar, Guitar Harmonics,
Acoustic Bass, Electric Bass (finger), Electric Bass (pick), Fretless Bass,
Slap Bass 1, Slap Bass 2, Synth Bass 1, Synth Bass 2,
Violin, Viola, Cello, Contrabass, Tremolo Strings, Pizzicato Strings, Orchestral Harp, Timpani,
String Ensemble 1, String Ensemble 2, Synth Strings 1, Synth Strings 2, Choir Aahs, Voice Oohs, Synth Voice,
Orchestra Hit,
Trumpet, Trombone, Tuba, Muted Trumpet, French Horn, Brass Section, Synth Brass 1, Synth Brass 2,
Soprano Sax, Alto Sax, Tenor Sax, Baritone Sax, Oboe, English Horn, Bassoon, Clarinet,
Piccolo, Flute, Recorder, Pan Flute, Blown Bottle, Shakuhachi, Whistle, Ocarina,
Lead 1 (square), Lead 2 (sawtooth), Lead 3 (calliope), Lead 4 (chiff),
Lead 5 (charang), Lead 6 (voice), Lead 7 (fifths), Lead 8 (bass + lead),
Pad 1 (new age), Pad 2 (warm), Pad 3 (polysynth), Pad 4 (choir),
Pad 5 (bowed), Pad 6 (metallic), Pad 7 (halo), Pad 8 (sweep),
FX 1 (rain), FX 2 (soundtrack), FX 3 (crystal), FX 4 (atmosphere),
FX 5 (brightness), FX 6 (goblins), FX 7 (echoes), FX 8 (sci-fi),
Sitar, Banjo, Shamisen, Koto, Kalimba, Bagpipe, Fiddle, Shanai,
Tinkle Bell, Agogo, Steel Drums, Woodblock, Taiko Drum, Melodic Tom, Synth Drum, Reverse Cymbal,
Guitar Fret Noise, Breath Noise, Seashore, Bird Tweet, Telephone Ring, Helicopter, Applause, Gunshot
""".replace("\n", " ").strip().split(", ")
)  # fmt: skip

# Drum sounds that a listener calls by one name, from the top of a drum staff to its bottom.
DRUM_FAMILIES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("Congas", "康加", (62, 63, 64)),
    ("Bongos", "邦戈", (60, 61)),
    ("Timbales", "天巴", (65, 66)),
    ("Woodblock", "木鱼", (75, 76, 77)),
    ("Triangle", "三角铁", (80, 81)),
    ("Cowbell", "牛铃", (56, 67, 68)),
    ("Shaker", "沙锤", (69, 70, 82)),
    ("Tambourine", "铃鼓", (54,)),
    ("Crash", "吊镲", (49, 52, 55, 57)),
    ("Ride", "叮叮镲", (51, 53, 59)),
    ("Open hat", "开镲", (46,)),
    ("Hat", "踩镲", (42, 44)),
    ("Toms", "通鼓", (41, 43, 45, 47, 48, 50)),
    ("Clap", "拍手", (39,)),
    ("Rim", "边击", (37,)),
    ("Snare", "军鼓", (38, 40)),
    ("Kick", "底鼓", (35, 36)),
)
_FAMILY_OF_PITCH = {pitch: family for family, _, pitches in DRUM_FAMILIES for pitch in pitches}


def program_name(program: int) -> str:
    """The instrument of a General MIDI program, counted from 0."""
    return PROGRAM_NAMES[program] if 0 <= program < len(PROGRAM_NAMES) else f"Program {program}"


def drum_family(pitch: int) -> str:
    """ "Kick", "Snare", "Hat", ... of a drum note, or "Other"."""
    return _FAMILY_OF_PITCH.get(pitch, "Other")
