// The named feelings, where each lies between sad and happy (valence) and between calm and restless (arousal), and
// what they are called. The places are those of aoede/mood/feelings.py.

const TABLE = [
  ["hope", 0.65, 0.25, "hope", "希望"],
  ["wonder", 0.65, 0.35, "wonder", "惊奇"],
  ["awe", 0.5, 0.25, "awe", "敬畏"],
  ["joy", 0.9, 0.5, "joy", "喜悦"],
  ["playfulness", 0.65, 0.4, "play", "俏皮"],
  ["excitement", 0.75, 0.9, "excitement", "兴奋"],
  ["triumph", 0.75, 0.65, "triumph", "凯旋"],
  ["pride", 0.65, 0.3, "pride", "自豪"],
  ["defiance", 0.1, 0.6, "defiance", "不屈"],
  ["love", 0.9, 0.55, "love", "爱"],
  ["tenderness", 0.7, -0.3, "tenderness", "温柔"],
  ["gratitude", 0.8, 0.05, "gratitude", "感恩"],
  ["serenity", 0.65, -0.55, "serenity", "宁静"],
  ["peace", 0.75, -0.5, "peace", "平和"],
  ["dreaminess", 0.5, -0.3, "dreaming", "梦幻"],
  ["nostalgia", 0.3, -0.2, "nostalgia", "怀旧"],
  ["longing", 0.05, 0.1, "longing", "思念"],
  ["melancholy", -0.5, -0.35, "melancholy", "忧郁"],
  ["sadness", -0.75, -0.3, "sadness", "悲伤"],
  ["grief", -0.85, -0.1, "grief", "悲痛"],
  ["loneliness", -0.7, -0.4, "loneliness", "孤独"],
  ["regret", -0.65, -0.05, "regret", "遗憾"],
  ["solemnity", -0.05, -0.35, "solemnity", "庄严"],
  ["mystery", 0.1, 0.2, "mystery", "神秘"],
  ["dread", -0.7, 0.25, "dread", "阴森"],
  ["fear", -0.75, 0.45, "fear", "恐惧"],
  ["anger", -0.75, 0.75, "anger", "愤怒"],
  ["tension", -0.55, 0.5, "tension", "紧张"],
];

export const FEELINGS = TABLE.map(([id, valence, arousal, en, zh]) => ({ id, valence, arousal, en, zh }));
const BY_ID = new Map(FEELINGS.map(feeling => [feeling.id, feeling]));

export const feelingOf = id => BY_ID.get(id) ?? { id, valence: 0, arousal: 0, en: id, zh: id };

// {"hope": 0.53, "wonder": 0.47} -> the feelings that count, strongest first, each with its weight.
export function strongest(weights, least = 0.08) {
  return Object.entries(weights ?? {}).filter(([, weight]) => weight >= least).sort((a, b) => b[1] - a[1])
    .map(([id, weight]) => ({ ...feelingOf(id), weight }));
}
