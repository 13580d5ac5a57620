"""Words by which the parts of a mail are told apart: quoted mails, signatures, notices, machines that send."""

import re


def words_of(words: str) -> frozenset[str]:
    """The words of a text, parted by spaces."""
    return frozenset(words.split())


# Quoted mails. All in lower case.

# A line that says that an earlier mail is below, after two dashes or more.
OLDER = re.compile(
    r"[-_=*—]{2,}+\s*+(?:original (?:message|mail|e-?mail|appointment)|forwarded (?:message|mail|by)|"
    r"(?:forward|reply|replied) message|原始邮件|原始郵件|原邮件|原郵件|回复的原邮件|"
    r"转发的?邮件|轉寄的?郵件|轉發的?郵件|邮件原件|ursprüngliche (?:nachricht|mail)|message (?:d'origine|original)|"
    r"mensaje original|mensagem original|messaggio originale)"
)
OLDER_ALONE = (
    "begin forwarded message",
    "开始转发的邮件",
    "下面是被转发的邮件",
    "以下是转发的邮件",
    "開始轉寄郵件",
)
# Header fields as programs write them above a quoted mail: name -> what it tells.
_FIELD_NAMES = {
    "from": "from 发件人 寄件者 寄件人 發件人 发信人 von de da от",
    "date": "sent date 发送时间 发送日期 日期 时间 寄件日期 發送時間 寄件時間 傳送時間 "
    "gesendet datum envoyé enviado inviato fecha data отправлено",
    "to": "to 收件人 收件者 an à para кому",
    "subject": "subject 主题 主題 主旨 标题 betreff objet asunto assunto oggetto тема",
    "more": "cc bcc 抄送 密送 副本 密件副本 reply-to 回复 importance 重要性 attachments attachment 附件 priority "
    "organization sensitivity copie mailed-by signed-by",
}
FIELD_NAMES = {name: meaning for meaning, names in _FIELD_NAMES.items() for name in names.split()}
FIELD = re.compile(r"[*_\s|]{0,8}([^\W\d_]{1,14}(?:-[a-z]{2,4})?)[*_\s]{0,3}[:：]")
# Within one line that begins with the sender.
DATE_IN_LINE = re.compile(r"(?:sent|date|发送时间|发送日期|日期|时间|寄件日期|發送時間)[*_\s]{0,3}[:：]")
# What a line ends with that says who wrote what is below, and what it begins with where it is more than one line.
WROTE = (
    *("wrote:", "wrote :", "wrote：", "writes:", "写道:", "写道：", "寫道:", "寫道：", "编写:", "编写："),
    *("schrieb:", "a écrit :", "a écrit:", "escribió:", "escreveu:", "ha scritto:", "skrev:"),
)  # fmt: skip
WROTE_BEGINS = ("on ", "at ", "在", "于", "於", "am ", "le ", "el ", "em ", "il ", "den ")
CHINESE_WROTE = ("写道:", "写道：", "寫道:", "寫道：", "编写:", "编写：")
DATE = re.compile(r"(?<!\d)(?:[12]\d{3}(?!\d)|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}月)")
CALENDAR_DATE = re.compile(r"(?<!\d)\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")

# Signatures

FORMAL_CLOSINGS = re.compile(
    r"(?:(?:with|my|our|the|many|best|kind|kindest|warm|warmest|very|personal|and|thanks|thank|you|&) ?){0,6}"
    r"(?:regards|wishes|rgds)(?: to (?:you )?all| from \w{1,20})?|"
    r"(?:yours |very |most )?(?:sincerely|truly|faithfully|respectfully|cordially)(?: yours)?|yours(?: ever)?|"
    r"best|all the best|bests|br|kr|mit freundlichen gr(?:ü|ue)(?:ß|ss)en|viele gr(?:ü|ue)(?:ß|ss)e|cordialement|"
    r"bien cordialement|saludos|atentamente|"
    r"此致|敬礼|敬禮|此致\s?敬[礼禮]|祝好|祝安好|顺祝商祺|順祝商祺|顺颂商祺|順頌商祺|顺颂时祺|商祺|即颂近安|顺祝?安好|敬上|敬启|谨上|謹上"
)
THANKS_CLOSINGS = re.compile(
    r"(?:many |with )?(?:thanks|thank you|thx|cheers|love|xoxo|take care|talk soon|see you|ciao|yours|later)"
    r"(?: (?:again|a lot|so much|very much|in advance|and \w{1,12}))?|"
    r"(?:多谢|谢谢|感谢|謝謝|多謝|感謝)(?:您|你|大家|了)?|祝.{1,8}"
)
# Most Chinese names begin with one of these.
SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋蔣"
    "蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鐘谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史陶"
    "黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯小老阿"
)
CLOSING_ENDS = " ,.!~;:，。！～；："
AFTERWORDS = ("p.s", "ps:", "ps ", "p.p.s", "pps", "又及", "附:", "附：", "另:", "另：")
SENT_FROM = re.compile(
    r"get \[?outlook for |(?:sent|written|typed|posted) (?:from|via|using|with|on) (?:(?:my|the|a|an) )?"
    r"(?:[\w’'.-]{1,20} ){0,2}(?:iphone|ipad|ipod|phone|smartphone|mobile|android|samsung|galaxy|blackberry|htc\b|"
    r"huawei|honor|xiaomi|redmi|oppo\b|vivo\b|pixel|nokia|verizon|t-mobile|wireless|handheld|treo\b|palm\b|"
    r"apple watch|macbook|mac\b|surface|lumia|motorola|moto\b|sony|oneplus|outlook|yahoo|mail for|proton|windows|"
    r"gmail|aol\b|tablet)"
)
SENT_FROM_CHINESE = (
    "发自我的",
    "發自我的",
    "来自我的",
    "从我的",
    "從我的",
    "發送自",
    "发送自",
    "发自",
    "获取outlook",
    "获取 outlook",
)
NOTICES = re.compile(
    r"(?:legal |important )?(?:disclaimer|confidentiality(?: note| notice| statement| warning)?|"
    r"privileged (?:and|&|/) ?confidential|privacy notice)\s*+(?:[:.：—-]|$)|"
    r"免责声明|免責聲明|保密声明|保密提示|保密通知|保密條款|保密条款"
)
NOTICE_BEGINS = re.compile(
    r"(?:(?:important|notice|note|warning|caution|confidential|attention)\s*+[:.!-]\s*+)?"
    r"(?:(?:this|the|any|the preceding|the above)\s(?:electronic |internet |transmitted )?"
    r"(?:e-?mail|message|mail|communication|transmission|information|contents?|document)\b|"
    r"if you (?:are not the|have received this|received this)|privileged|confidential|"
    r"(?:本|此|该|这封|這封|該)(?:电子|電子)?(?:邮件|郵件|信件|函件|信息)|声明[:：]|重要提示[:：])"
)
NOTICE_WORDS = (
    *("confidential", "intended recipient", "intended only", "intended solely", "solely for", "sole use"),
    *("privileged", "addressee", "for the use of", "unauthori", "in error", "disclos", "prohibited", "delete"),
    *("virus", "保密", "机密", "機密", "收件人", "未经", "未經", "禁止", "删除", "刪除", "误收", "誤收"),
    *("授权", "授權", "泄露", "洩露"),
)  # fmt: skip
FOOTERS = (
    *("to unsubscribe", "unsubscribe", "you received this message because", "you are receiving this"),
    *("you're receiving this", "please consider the environment", "think before you print", "do you yahoo!?"),
    *("to view this discussion on the web", "reply to this email directly", "退订", "取消订阅", "如需退订"),
)  # fmt: skip

# Machines and lists

MACHINE_NAMES = words_of(
    "notification notifications notify notifier bounce bounces newsletter newsletters autoreply autoresponder "
    "automated automailer alert alerts postmaster listserv majordomo robot"
)
MACHINE_PARTS = ("noreply", "donotreply", "mailerdaemon", "dontreply", "nepasrepondre", "unattended")
