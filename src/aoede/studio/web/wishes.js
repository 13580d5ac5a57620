// Wishes to begin with: three examples of the first page, and many for "Surprise me". Each language has its own.

export const EXAMPLES = {
  en: [
    ["A song that expresses hope and wonder", "bright, on the way up"],
    ["The house is empty now", "quiet, and alone"],
    ["A slow waltz in D minor, about the sea", "in three, just as you say"],
  ],
  zh: [
    ["我想要一首表达希望和奇迹的歌", "明亮，向上"],
    ["雨夜里一个人想念远方的朋友", "安静，有些忧伤"],
    ["欢快的节日舞曲，快板", "热闹，说快就快"],
  ],
};

const WISHES = {
  en: [
    "Two old friends meet again at a train station", "A lullaby for my daughter, in 3/4",
    "Dancing on the roof with all my friends", "The last train home, and nobody waiting",
    "A letter that I never sent, for piano and cello", "First snow in a quiet village",
    "A march for a very small and very proud dog", "Furious, they shut the factory down",
    "The night before a long journey", "My grandmother's kitchen on a Sunday morning",
    "An anthem for people who never give up", "Walking through fog in an unknown city",
    "A folk song about the river that runs past our house", "We won, and nobody can believe it",
    "Saying thank you to a teacher", "A jazz tune for a rainy café", "Fireflies over the lake at midnight",
    "She left the light on for me", "A slow ballad about growing old together",
    "Racing down the hill on a red bicycle", "Rain on the last day of summer", "A hymn for the first day of spring",
    "Lost at sea, then a light", "A playful song for a kitten and a ball of wool",
    "Starlight over the desert, dreamy, 70 bpm", "The courage to begin again",
    "A song for a wedding under apple trees", "Homesick in a big city", "A mysterious stranger at the carnival",
    "An old photograph of my parents when they were young", "Storm at night, fear and thunder",
    "A latin dance for a warm evening", "Forgiving someone at last", "Good morning, world",
    "The astronaut looks back at the earth", "Paper boats on a summer stream",
  ],
  zh: [
    "两个老朋友在火车站重逢", "给女儿的摇篮曲，三拍子", "和朋友们在屋顶上跳舞", "末班车，没有人在等我",
    "一封没有寄出的信，为钢琴和大提琴", "安静村庄的第一场雪", "毕业那天，我们在操场上唱歌", "愤怒的暴风雨",
    "远行的前一夜", "外婆厨房里的星期天早晨", "永不放弃的人的颂歌", "在陌生城市的大雾里行走",
    "一首民谣，唱家门口的那条河", "谢谢你，我的老师", "雨天咖啡馆里的爵士乐", "午夜湖面上的萤火虫",
    "她为我留了一盏灯", "一起慢慢变老的抒情歌", "骑着红色自行车冲下山坡", "人去楼空", "春天第一天的圣歌",
    "迷失在海上，然后看见一束光", "小猫和毛线球，调皮的歌", "沙漠上的星空，梦幻，每分钟70拍", "重新开始的勇气",
    "苹果树下的婚礼", "在大城市里想家", "嘉年华里的神秘陌生人", "父母年轻时的老照片", "深夜的雷雨和恐惧",
    "温暖夜晚的拉丁舞曲", "早安，世界", "宇航员回头望着地球", "夏天小溪上的纸船", "中秋的月光，思念故乡", "胡同里的童年",
  ],
};

// A wish other than the one that stands there.
export function anyWish(language, not = "") {
  const others = WISHES[language].filter(wish => wish !== not);
  return others[Math.floor(Math.random() * others.length)];
}
