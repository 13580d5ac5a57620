// Whose manner a model can write in: how authors, forms and columns are called in both languages, and which ones are
// offered first. What is not here is called as the model calls it.

import { pick } from "./i18n.js";

// Name of a label -> [English, Chinese]; where the Chinese is the label itself, the English alone.
const NAMES = {
  "Edgar Allan Poe": ["Edgar Allan Poe", "埃德加·爱伦·坡"], "Emily Dickinson": ["Emily Dickinson", "艾米莉·狄金森"],
  "John Keats": ["John Keats", "约翰·济慈"], "Oscar Wilde": ["Oscar Wilde", "奥斯卡·王尔德"],
  "W. B. Yeats": ["W. B. Yeats", "叶芝"],
  "Walt Whitman": ["Walt Whitman", "沃尔特·惠特曼"], "William Shakespeare": ["William Shakespeare", "威廉·莎士比亚"],
  "Robert Burns": ["Robert Burns", "罗伯特·彭斯"], "William Blake": ["William Blake", "威廉·布莱克"],
  "W. S. Gilbert": ["W. S. Gilbert", "W. S. 吉尔伯特"], "Isaac Watts": ["Isaac Watts", "艾萨克·沃茨"],
  "John Gay": ["John Gay", "约翰·盖伊"], "Traditional (cowboy)": ["Cowboy songs", "牛仔歌谣"],
  "John Greenleaf Whittier": ["John Greenleaf Whittier", "约翰·格林利夫·惠蒂尔"], "Cowper": ["William Cowper", "威廉·考珀"],
  "J.R. Lowell": ["J. R. Lowell", "J. R. 洛厄尔"], "Pierpont": ["John Pierpont", "约翰·皮尔庞特"],
  "Jesse Hutchinson": ["Jesse Hutchinson", "杰西·哈钦森"], "Mrs. Sigourney": ["Mrs. Sigourney", "西戈尼夫人"],
  "Charlotte Elizabeth": ["Charlotte Elizabeth", "夏洛特·伊丽莎白"], "Elizur Wright": ["Elizur Wright", "伊莱泽·赖特"],
  "W.H. Burleigh": ["W. H. Burleigh", "W. H. 伯利"], "A Lady": ["A Lady", "一位女士（佚名）"],
  "A Yankee": ["A Yankee", "一个北方佬（佚名）"], "A Colored Man": ["An anonymous Black author", "一位黑人作者（佚名）"],
  "Longfellow. Theme From The Indian Maid": ["Longfellow (The Indian Maid)", "朗费罗（印第安少女）"],
  "Miss Chandler. \"Emigrant'S Lament,\" Arranged By G.W.C": ["Miss Chandler (Emigrant's Lament)", "钱德勒小姐（移民的哀歌）"],
  "Miss Chandler": ["Miss Chandler", "钱德勒小姐"], "Miss E.M. Chandler": ["Miss E. M. Chandler", "E. M. 钱德勒小姐"],
  儲光羲: ["Chu Guangxi", "储光羲"], 元稹: "Yuan Zhen", 劉禹錫: ["Liu Yuxi", "刘禹锡"], 劉長卿: ["Liu Changqing", "刘长卿"],
  司空圖: ["Sikong Tu", "司空图"], 吳融: ["Wu Rong", "吴融"], 呂巖: ["Lü Yan", "吕岩"], 姚合: "Yao He", 孟浩然: "Meng Haoran",
  孟郊: "Meng Jiao", 寒山: "Hanshan", 岑參: ["Cen Shen", "岑参"], 張九齡: ["Zhang Jiuling", "张九龄"], 張祜: ["Zhang Hu", "张祜"],
  張籍: ["Zhang Ji", "张籍"], 張說: ["Zhang Yue", "张说"], 徐夤: "Xu Yin", 徐鉉: ["Xu Xuan", "徐铉"], 戴叔倫: ["Dai Shulun", "戴叔伦"],
  方干: "Fang Gan", 施肩吾: "Shi Jianwu", 李中: "Li Zhong", 李商隱: ["Li Shangyin", "李商隐"], 李嶠: ["Li Qiao", "李峤"],
  李白: "Li Bai", 李端: "Li Duan", 李羣玉: ["Li Qunyu", "李群玉"], 李賀: ["Li He", "李贺"], 李頻: ["Li Pin", "李频"], 杜牧: "Du Mu",
  杜甫: "Du Fu", 杜荀鶴: ["Du Xunhe", "杜荀鹤"], 權德輿: ["Quan Deyu", "权德舆"], 溫庭筠: ["Wen Tingyun", "温庭筠"],
  王建: "Wang Jian", 王昌齡: ["Wang Changling", "王昌龄"], 王維: ["Wang Wei", "王维"], 白居易: "Bai Juyi", 皇甫冉: "Huangfu Ran",
  皎然: "Jiaoran", 皮日休: "Pi Rixiu", 盧綸: ["Lu Lun", "卢纶"], 羅隱: ["Luo Yin", "罗隐"], 薛能: "Xue Neng", 許渾: ["Xu Hun", "许浑"],
  貫休: ["Guanxiu", "贯休"], 賈島: ["Jia Dao", "贾岛"], 趙嘏: ["Zhao Gu", "赵嘏"], 鄭谷: ["Zheng Gu", "郑谷"],
  錢起: ["Qian Qi", "钱起"], 陸龜蒙: ["Lu Guimeng", "陆龟蒙"], 韋應物: ["Wei Yingwu", "韦应物"], 韋莊: ["Wei Zhuang", "韦庄"],
  韓偓: ["Han Wo", "韩偓"], 韓愈: ["Han Yu", "韩愈"], 顧況: ["Gu Kuang", "顾况"], 高適: ["Gao Shi", "高适"],
  鮑溶: ["Bao Rong", "鲍溶"], 黃滔: ["Huang Tao", "黄滔"], 齊己: ["Qiji", "齐己"],
  丘崈: "Qiu Chong", 仇远: "Qiu Yuan", 仲殊: "Zhongshu", 侯置: "Hou Zhi", 刘克庄: "Liu Kezhuang", 刘辰翁: "Liu Chenweng",
  刘过: "Liu Guo", 卢祖皋: "Lu Zugao", 史浩: "Shi Hao", 史达祖: "Shi Dazu", 叶梦得: "Ye Mengde", 向子諲: "Xiang Ziyin",
  吕渭老: "Lü Weilao", 吕胜己: "Lü Shengji", 吴文英: "Wu Wenying", 吴潜: "Wu Qian", 周密: "Zhou Mi", 周紫芝: "Zhou Zizhi",
  周邦彦: "Zhou Bangyan", 姚述尧2: ["Yao Shuyao", "姚述尧"], 姜夔: "Jiang Kui", 张元干: "Zhang Yuangan", 张先: "Zhang Xian",
  张孝祥: "Zhang Xiaoxiang", 张抡: "Zhang Lun", 张炎: "Zhang Yan", 方千里: "Fang Qianli", 方岳: "Fang Yue",
  晁端礼: "Chao Duanli", 晁补之: "Chao Buzhi", 晏几道: "Yan Jidao", 晏殊: "Yan Shu", 曹冠: "Cao Guan", 曹勋: "Cao Xun",
  曾觌: "Zeng Di", 朱敦儒: "Zhu Dunru", 李之仪: "Li Zhiyi", 李弥逊: "Li Mixun", 李曾伯: "Li Zengbo", 杜安世: "Du Anshi",
  杨无咎: "Yang Wujiu", 杨泽民: "Yang Zemin", 柳永: "Liu Yong", 欧阳修: "Ouyang Xiu", 毛滂: "Mao Pang", 汪莘: "Wang Shen",
  沈瀛: "Shen Ying", 洪适: "Hong Kuo", 王之道: "Wang Zhidao", 王千秋: "Wang Qianqiu", 王沂孙: "Wang Yisun", 王质: "Wang Zhi",
  石孝友: "Shi Xiaoyou", 秦观: "Qin Guan", 程垓: "Cheng Gai", 管鉴: "Guan Jian", 苏轼: "Su Shi", 范成大: "Fan Chengda",
  葛胜仲: "Ge Shengzhong", 葛长庚: "Ge Changgeng", 蒋捷: "Jiang Jie", 蔡伸: "Cai Shen", 袁去华: "Yuan Quhua", 谢逸: "Xie Yi",
  贺铸: "He Zhu", 赵以夫: "Zhao Yifu", 赵师侠: "Zhao Shixia", 赵彦端: "Zhao Yanduan", 赵长卿: "Zhao Changqing",
  辛弃疾: "Xin Qiji", 郭应祥: "Guo Yingxiang", 陆游: "Lu You", 陈三聘: "Chen Sanpin", 陈亮: "Chen Liang",
  陈允平: "Chen Yunping", 陈德武: "Chen Dewu", 陈著: "Chen Zhu", 韩元吉: "Han Yuanji", 韩淲: "Han Biao", 高观国: "Gao Guanguo",
  魏了翁: "Wei Liaoweng", 黄庭坚: "Huang Tingjian", 黄机: "Huang Ji",
  七言绝句: "7-character quatrain", 五言绝句: "5-character quatrain", 七言律诗: "7-character octave", 五言律诗: "5-character octave",
  古体诗: "Old style, free",
  guitar: ["Guitar", "吉他"], piano: ["Piano", "钢琴"], "electric piano": ["Electric piano", "电钢琴"],
  author: ["Author", "作者"], artist: ["Lyricist", "词作者"], instrument: ["Instrument", "乐器"],
};

// Offered as chips before all others.
const FIRST = new Set(["Emily Dickinson", "Walt Whitman", "John Keats", "W. B. Yeats", "Edgar Allan Poe",
  "Oscar Wilde", "William Shakespeare", "Robert Burns", "William Blake", "W. S. Gilbert", "Isaac Watts",
  "Traditional (cowboy)",
  "李白", "杜甫", "王維", "白居易", "李商隱", "杜牧", "孟浩然", "苏轼", "辛弃疾", "柳永", "欧阳修", "秦观", "姜夔", "陆游"]);
const FIRST_TUNES = ["浣溪沙", "如梦令", "蝶恋花", "水调歌头", "念奴娇", "满江红", "虞美人", "菩萨蛮", "浪淘沙", "鹧鸪天",
  "西江月", "临江仙", "卜算子", "青玉案", "声声慢", "雨霖铃", "沁园春", "江城子", "忆江南", "相见欢"];
const MOST_FIRST = 7;

const isHan = text => /\p{Script=Han}/u.test(text);

// What a label is called in the language of the page: "Li Bai 李白" in English, "李白" in Chinese.
export function called(label) {
  const known = NAMES[label];
  if (known === undefined) return label;
  const [en, zh] = Array.isArray(known) ? known : [known, label];
  return pick(isHan(label) ? `${en} ${zh}` : en, zh);
}

// Those of the labels to offer at once: the well-known ones, or the first ones where none is known.
export function first(labels) {
  const known = labels.filter(label => FIRST.has(label));
  return (known.length > 0 ? known : labels).slice(0, MOST_FIRST);
}

// Tunes in two groups: the well-known ones in the order of their fame, and all others.
export function tuneGroups(tunes) {
  const known = FIRST_TUNES.filter(tune => tunes.includes(tune));
  const others = tunes.filter(tune => !known.includes(tune) && tune.length > 1 && !tune.includes("□"));
  return [known, others];
}
