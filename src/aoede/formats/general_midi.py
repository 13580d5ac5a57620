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

PROGRAM_NAMES_ZH = tuple(
    """
大钢琴, 明亮钢琴, 电声大钢琴, 酒吧钢琴, 电钢琴 1, 电钢琴 2, 羽管键琴, 击弦古钢琴,
钢片琴, 钟琴, 八音盒, 颤音琴, 马林巴, 木琴, 管钟, 扬琴,
拉杆风琴, 打击风琴, 摇滚风琴, 管风琴, 簧风琴, 手风琴, 口琴, 探戈手风琴,
尼龙弦吉他, 钢弦吉他, 爵士电吉他, 清音电吉他, 闷音电吉他, 过载电吉他, 失真电吉他, 吉他泛音,
原声贝斯, 指弹电贝斯, 拨片电贝斯, 无品贝斯, 击弦贝斯 1, 击弦贝斯 2, 合成贝斯 1, 合成贝斯 2,
小提琴, 中提琴, 大提琴, 低音提琴, 弦乐震音, 弦乐拨奏, 竖琴, 定音鼓,
弦乐合奏 1, 弦乐合奏 2, 合成弦乐 1, 合成弦乐 2, 合唱, 人声, 合成人声, 乐队齐奏,
小号, 长号, 大号, 弱音小号, 圆号, 铜管组, 合成铜管 1, 合成铜管 2,
高音萨克斯, 中音萨克斯, 次中音萨克斯, 上低音萨克斯, 双簧管, 英国管, 大管, 单簧管,
短笛, 长笛, 竖笛, 排箫, 吹瓶, 尺八, 口哨, 陶笛,
合成主音 1, 合成主音 2, 合成主音 3, 合成主音 4, 合成主音 5, 合成主音 6, 合成主音 7, 合成主音 8,
合成音垫 1, 合成音垫 2, 合成音垫 3, 合成音垫 4, 合成音垫 5, 合成音垫 6, 合成音垫 7, 合成音垫 8,
音效 1, 音效 2, 音效 3, 音效 4, 音效 5, 音效 6, 音效 7, 音效 8,
西塔琴, 班卓琴, 三味线, 日本筝, 卡林巴, 风笛, 民间提琴, 唢呐,
铃铛, 阿哥哥铃, 钢鼓, 木鱼, 太鼓, 旋律通鼓, 合成鼓, 反镲,
吉他擦弦, 呼吸声, 海浪, 鸟鸣, 电话铃, 直升机, 掌声, 枪声
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


def program_name(program: int, language: str = "en") -> str:
    """The instrument of a General MIDI program, counted from 0, in "en" or "zh"."""
    names = PROGRAM_NAMES_ZH if language == "zh" else PROGRAM_NAMES
    return names[program] if 0 <= program < len(names) else f"Program {program}"


def drum_family(pitch: int) -> str:
    """ "Kick", "Snare", "Hat", ... of a drum note, or "Other"."""
    return _FAMILY_OF_PITCH.get(pitch, "Other")
