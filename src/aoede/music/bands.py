"""Where real music lies: for each measure the range of four fifths of some corpora, and a song's place in it.

No measure is "the higher the better", so each is read from two sides: too little and too much are both outside. The
figures are the 10th percentile, the mean and the 90th percentile over four of five songs of each corpus; the fifth
ones were kept aside, to be judged by them. `python bench/measures.py DATA --bands` prints them as they stand here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aoede.errors import UsageError
from aoede.music.measures import Measures

# What is compared, in the order in which it is told. Tempo, loudness and register are left to taste.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "pitch_class_entropy_bits": "entropy of pitches, bits",
        "entropy_4_bars_bits": "... within four bars",
        "entropy_1_bar_bits": "... within a bar",
        "pitch_classes_a_bar": "pitch classes a bar",
        "scale_consistency": "notes of one scale",
        "key_clarity": "clarity of the key",
        "groove_consistency": "rhythm like the bar before",
        "groove_similarity": "rhythm like any bar",
        "similar_bars": "bars like an earlier one",
        "copied_bars": "bars that copy one",
        "structure_short": "passages of 3-7 bars return",
        "structure_middle": "... of 8-14 bars",
        "structure_long": "... of 15 and more",
        "polyphony": "notes at once",
        "melody_share": "notes that are melody",
        "notes_per_beat": "notes a beat",
        "empty_beats": "beats without a note",
        "melody_steps": "melody: steps",
        "melody_leaps": "melody: leaps",
        "melody_repeats": "melody: repeated notes",
        "melody_range_semitones": "melody: range, semitones",
        "chord_tones": "melody: in the chord",
    }
)
TEXTURE = (
    "polyphony",
    "notes_per_beat",
    "melody_share",
)  # tell which corpus a song is like, not how good it is
FARTHEST = 10.0  # bands from the middle; so far out is as far as anything


@dataclass(frozen=True, slots=True)
class Band:
    low: float  # 10th percentile
    mean: float
    high: float  # 90th percentile, > low


@dataclass(frozen=True)
class Corpus:
    """How much the songs of a corpus have of each measure. A measure that few of them have is left out."""

    name: str
    what: str  # "200 songs for voice and piano"
    usual_inside: (
        float  # 19 of 20 of these songs have at least this share of their measures inside the bands, 0..1
    )
    usual_outside: float  # and lie at most so far outside by `mean_outside`, 0..1
    bands: Mapping[str, Band]


def position(value: float, band: Band) -> float:
    """Where `value` lies in the band: 0 at its lower edge, 1 at the upper, below 0 and above 1 outside.

    Never farther than ten bands outside. nan stays nan.
    """
    place = (value - band.low) / (band.high - band.low)
    return place if math.isnan(place) else max(-FARTHEST, min(1 + FARTHEST, place))


def positions(measures: Measures, corpus: Corpus) -> dict[str, float]:
    """The position of each measure that both have, in the order of `WORDS`."""
    found = {name: position(getattr(measures, name), band) for name, band in corpus.bands.items()}
    return {name: found[name] for name in WORDS if name in found and not math.isnan(found[name])}


def share_inside(places: Mapping[str, float]) -> float:
    """The share of these positions in 0..1; nan where there are none."""
    return sum(0 <= place <= 1 for place in places.values()) / len(places) if places else math.nan


def mean_outside(places: Mapping[str, float]) -> float:
    """Mean distance from the band, 0 for what is inside and at most 1, a whole band, for each; nan where none is.

    Noise and loops leave some bands by far; real songs leave some a little.
    """
    distances = [min(1.0, max(0.0, -place, place - 1)) for place in places.values()]
    return sum(distances) / len(distances) if distances else math.nan


def passes(places: Mapping[str, float], corpus: Corpus) -> bool:
    """Whether a song with these positions lies as near the bands as 19 of 20 songs of the corpus."""
    return mean_outside(places) <= corpus.usual_outside


def nearest(measures: Measures) -> Corpus:
    """The corpus whose texture is nearest: notes at once, notes a beat, and how many of them are melody."""
    return min(CORPORA.values(), key=lambda corpus: _surprise(measures, corpus))


def _surprise(measures: Measures, corpus: Corpus) -> float:
    """Minus the log likelihood of the texture, in nats and up to a constant, were each measure normal.

    The 10th and the 90th percentile of a normal distribution are 2.563 standard deviations apart. What cannot be
    measured counts nothing.
    """
    surprise = 0.0
    for name in TEXTURE:
        band = corpus.bands[name]
        deviations = 2.563 * (position(getattr(measures, name), band) - 0.5)
        if not math.isnan(deviations):
            surprise += deviations**2 / 2 + math.log(band.high - band.low)
    return surprise


def corpus_named(name: str) -> Corpus:
    """Raises UsageError for a name that is none of `CORPORA`."""
    if name not in CORPORA:
        raise UsageError(f"no corpus {name!r}", hint=f"Name one of {', '.join(CORPORA)}.")
    return CORPORA[name]


_ALL = (
    Corpus(
        "chorales",
        "244 four-part chorales by J. S. Bach",
        0.6,
        0.124,
        {
            "pitch_class_entropy_bits": Band(2.891, 3.028, 3.176),
            "entropy_4_bars_bits": Band(2.843, 2.948, 3.074),
            "entropy_1_bar_bits": Band(2.466, 2.599, 2.755),
            "pitch_classes_a_bar": Band(6.152, 6.788, 7.524),
            "scale_consistency": Band(0.867, 0.925, 0.974),
            "key_clarity": Band(0.792, 0.879, 0.949),
            "groove_consistency": Band(0.956, 0.967, 0.978),
            "groove_similarity": Band(0.767, 0.816, 0.866),
            "similar_bars": Band(0.0, 0.113, 0.304),
            "copied_bars": Band(0.0, 0.077, 0.25),
            "structure_short": Band(0.146, 0.308, 0.466),
            "structure_middle": Band(0.0, 0.117, 0.201),
            "polyphony": Band(3.9, 3.996, 4.1),
            "melody_share": Band(0.185, 0.22, 0.256),
            "notes_per_beat": Band(2.923, 3.61, 4.352),
            "empty_beats": Band(0.0, 0.002, 0.02),
            "melody_steps": Band(0.714, 0.822, 0.914),
            "melody_leaps": Band(0.022, 0.087, 0.154),
            "melody_repeats": Band(0.0, 0.001, 0.02),
            "melody_range_semitones": Band(9.0, 11.68, 14.0),
            "chord_tones": Band(0.357, 0.554, 0.759),
        },
    ),
    Corpus(
        "tunes",
        "709 folk tunes with chords",
        0.59,
        0.16,
        {
            "pitch_class_entropy_bits": Band(2.611, 2.747, 2.896),
            "entropy_4_bars_bits": Band(2.494, 2.623, 2.744),
            "entropy_1_bar_bits": Band(1.763, 1.995, 2.232),
            "pitch_classes_a_bar": Band(3.876, 4.654, 5.455),
            "scale_consistency": Band(0.948, 0.981, 1.0),
            "key_clarity": Band(0.838, 0.912, 0.971),
            "groove_consistency": Band(0.968, 0.979, 0.989),
            "groove_similarity": Band(0.826, 0.875, 0.925),
            "similar_bars": Band(0.5, 0.669, 0.817),
            "copied_bars": Band(0.272, 0.521, 0.715),
            "structure_short": Band(0.5, 0.608, 0.722),
            "structure_middle": Band(0.413, 0.547, 0.71),
            "structure_long": Band(0.162, 0.355, 0.585),
            "polyphony": Band(3.984, 4.109, 4.32),
            "melody_share": Band(0.451, 0.551, 0.651),
            "notes_per_beat": Band(1.79, 2.624, 3.354),
            "empty_beats": Band(0.0, 0.018, 0.03),
            "melody_steps": Band(0.373, 0.531, 0.688),
            "melody_leaps": Band(0.051, 0.133, 0.225),
            "melody_repeats": Band(0.018, 0.116, 0.229),
            "melody_range_semitones": Band(12.0, 16.966, 21.0),
            "chord_tones": Band(0.75, 0.884, 1.0),
        },
    ),
    Corpus(
        "songs",
        "200 songs of the 19th century for voices and piano",
        0.545,
        0.121,
        {
            "pitch_class_entropy_bits": Band(2.797, 3.08, 3.381),
            "entropy_4_bars_bits": Band(2.52, 2.754, 2.989),
            "entropy_1_bar_bits": Band(1.875, 2.193, 2.511),
            "pitch_classes_a_bar": Band(4.361, 5.523, 6.798),
            "scale_consistency": Band(0.759, 0.883, 0.97),
            "key_clarity": Band(0.764, 0.86, 0.953),
            "groove_consistency": Band(0.953, 0.973, 0.991),
            "groove_similarity": Band(0.68, 0.81, 0.923),
            "similar_bars": Band(0.095, 0.353, 0.658),
            "copied_bars": Band(0.0, 0.15, 0.354),
            "structure_short": Band(0.28, 0.427, 0.584),
            "structure_middle": Band(0.159, 0.374, 0.551),
            "structure_long": Band(0.105, 0.339, 0.538),
            "polyphony": Band(3.414, 4.766, 6.231),
            "melody_share": Band(0.1, 0.169, 0.261),
            "notes_per_beat": Band(3.4, 5.726, 8.463),
            "empty_beats": Band(0.0, 0.008, 0.027),
            "melody_steps": Band(0.301, 0.472, 0.646),
            "melody_leaps": Band(0.075, 0.162, 0.256),
            "melody_repeats": Band(0.055, 0.198, 0.34),
            "melody_range_semitones": Band(12.0, 16.03, 19.0),
            "chord_tones": Band(0.625, 0.8, 0.952),
        },
    ),
    Corpus(
        "leadsheets",
        "184 songs of 1850 to 1929 as melody and chords",
        0.571,
        0.115,
        {
            "pitch_class_entropy_bits": Band(2.598, 2.951, 3.222),
            "entropy_4_bars_bits": Band(2.435, 2.697, 2.97),
            "entropy_1_bar_bits": Band(1.425, 1.873, 2.296),
            "pitch_classes_a_bar": Band(3.135, 4.364, 5.718),
            "scale_consistency": Band(0.858, 0.93, 0.996),
            "key_clarity": Band(0.805, 0.893, 0.96),
            "groove_consistency": Band(0.96, 0.975, 0.987),
            "groove_similarity": Band(0.783, 0.854, 0.914),
            "similar_bars": Band(0.25, 0.476, 0.647),
            "copied_bars": Band(0.058, 0.259, 0.469),
            "structure_short": Band(0.388, 0.496, 0.608),
            "structure_middle": Band(0.247, 0.41, 0.574),
            "structure_long": Band(0.132, 0.304, 0.465),
            "polyphony": Band(4.073, 4.393, 4.788),
            "melody_share": Band(0.316, 0.46, 0.607),
            "notes_per_beat": Band(1.157, 1.889, 2.697),
            "empty_beats": Band(0.0, 0.008, 0.023),
            "melody_steps": Band(0.31, 0.493, 0.667),
            "melody_leaps": Band(0.045, 0.137, 0.246),
            "melody_repeats": Band(0.036, 0.165, 0.334),
            "melody_range_semitones": Band(12.0, 15.033, 19.0),
            "chord_tones": Band(0.565, 0.776, 0.964),
        },
    ),
    Corpus(
        "melodies",
        "361 melodies of folk tunes and songs",
        0.619,
        0.12,
        {
            "pitch_class_entropy_bits": Band(2.405, 2.69, 2.975),
            "entropy_4_bars_bits": Band(2.023, 2.333, 2.625),
            "entropy_1_bar_bits": Band(0.769, 1.314, 1.846),
            "pitch_classes_a_bar": Band(1.896, 2.923, 4.125),
            "scale_consistency": Band(0.911, 0.967, 1.0),
            "key_clarity": Band(0.74, 0.835, 0.932),
            "groove_consistency": Band(0.961, 0.976, 0.988),
            "groove_similarity": Band(0.789, 0.862, 0.922),
            "similar_bars": Band(0.303, 0.566, 0.776),
            "copied_bars": Band(0.176, 0.446, 0.694),
            "structure_short": Band(0.363, 0.499, 0.668),
            "structure_middle": Band(0.26, 0.439, 0.649),
            "structure_long": Band(0.062, 0.291, 0.5),
            "polyphony": Band(0.9, 1.003, 1.1),
            "melody_share": Band(0.98, 0.999, 1.0),
            "notes_per_beat": Band(0.583, 1.153, 1.821),
            "empty_beats": Band(0.0, 0.029, 0.069),
            "melody_steps": Band(0.339, 0.511, 0.689),
            "melody_leaps": Band(0.049, 0.134, 0.235),
            "melody_repeats": Band(0.025, 0.142, 0.283),
            "melody_range_semitones": Band(12.0, 16.03, 21.0),
        },
    ),
)
CORPORA: Mapping[str, Corpus] = MappingProxyType({corpus.name: corpus for corpus in _ALL})

# What whole songs with a band are held against: the lead sheets and the songs for voice and piano together, so that a
# texture from a few chords to a full accompaniment is usual; the fifth ones are kept aside here too. Their scores do
# not write out repeats: a song that sings its chorus three times lies high in what returns. They are not among
# `CORPORA`, since no file is told to be like them. `python bench/whole_songs.py DATA --bands` prints them.
WHOLE = Corpus(
    "whole songs",
    "384 songs: melody and chords, or voice and piano",
    0.59,
    0.131,
    {
        "pitch_class_entropy_bits": Band(2.692, 3.018, 3.324),
        "entropy_4_bars_bits": Band(2.489, 2.727, 2.978),
        "entropy_1_bar_bits": Band(1.591, 2.04, 2.454),
        "pitch_classes_a_bar": Band(3.5, 4.968, 6.379),
        "scale_consistency": Band(0.8, 0.906, 0.989),
        "key_clarity": Band(0.783, 0.876, 0.958),
        "groove_consistency": Band(0.957, 0.974, 0.989),
        "groove_similarity": Band(0.71, 0.831, 0.919),
        "similar_bars": Band(0.149, 0.412, 0.653),
        "copied_bars": Band(0.0, 0.202, 0.447),
        "structure_short": Band(0.325, 0.46, 0.595),
        "structure_middle": Band(0.197, 0.391, 0.564),
        "structure_long": Band(0.11, 0.323, 0.497),
        "polyphony": Band(3.686, 4.587, 5.667),
        "melody_share": Band(0.121, 0.308, 0.543),
        "notes_per_beat": Band(1.38, 3.887, 7.392),
        "empty_beats": Band(0.0, 0.008, 0.024),
        "melody_steps": Band(0.303, 0.482, 0.656),
        "melody_leaps": Band(0.06, 0.15, 0.25),
        "melody_repeats": Band(0.043, 0.182, 0.335),
        "melody_range_semitones": Band(12.0, 15.552, 19.0),
        "chord_tones": Band(0.583, 0.789, 0.957),
    },
)
SUNG = Corpus(
    "sung melodies",
    "the melodies of the same 384 songs",
    0.5,
    0.138,
    {
        "pitch_class_entropy_bits": Band(2.457, 2.832, 3.227),
        "entropy_4_bars_bits": Band(1.935, 2.295, 2.627),
        "entropy_1_bar_bits": Band(0.683, 1.138, 1.605),
        "pitch_classes_a_bar": Band(1.781, 2.592, 3.404),
        "scale_consistency": Band(0.805, 0.926, 1.0),
        "groove_similarity": Band(0.715, 0.813, 0.902),
        "similar_bars": Band(0.171, 0.443, 0.688),
        "copied_bars": Band(0.051, 0.305, 0.55),
        "notes_per_beat": Band(0.551, 0.945, 1.44),
        "empty_beats": Band(0.0, 0.1, 0.246),
    },
)
