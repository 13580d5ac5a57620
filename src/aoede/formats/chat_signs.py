"""Forms of lines by which chats are read: times, names, and what programs write in place of a text."""

import re

MARK = "\u200e"  # before what WhatsApp of iOS puts in itself
BLANKS = str.maketrans({"\u202f": " ", "\xa0": " ", "\u2009": " ", "\u3000": " ", "\u200f": None})

_HALF = r"上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|半夜|[AaPp]\.? ?[Mm]\.?"
_TIME = (
    r"(?P<date>(?P<first>\d{1,4}) ?[./年-] ?(?P<second>\d{1,2}) ?[./月-] ?(?P<third>\d{1,4}))日?"
    r"(?: ?(?:星期|周|週)[一二三四五六日天])?[,，]? {0,2}"
    rf"(?P<before>{_HALF})? ?(?P<hour>\d{{1,2}})[:：.](?P<minute>\d{{2}})(?:[:：.]\d{{2}})?"
    rf"(?: ?(?P<after>{_HALF}))?"
)
DASHED = re.compile(_TIME + r" {0,2}[-–—] {1,2}")
BRACKETED = re.compile(r"\[" + _TIME + r"\] ?")
UNMARKED = re.compile(_TIME + r" {1,4}+(?![-–—] )")
NAME = re.compile('([^:：“”"\n]{1,60}?)(?:: |:$|:(?=[^\x00-\x7f])|：)')
PLAIN_NAME = re.compile(
    r"([^\W\d_][^:：\n\t.?!,;\"“”<>{}=|，。？！、；《》【】]{0,50}?)(?:: |:(?=[^\x00-\x7f])|： ?)"
)
ACCOUNT = re.compile(r" ?[(（<][^()（）<>]{3,60}[)）>]$")

AFTERNOONS = frozenset(("pm", "下午", "傍晚", "晚上", "半夜"))
NIGHTS = frozenset(("晚上", "半夜"))
NOONS = frozenset(("中午",))

# Who is nobody, in front of a text.
NOBODY = frozenset(
    ("系统消息", "系統訊息", "系统提示", "系统通知", "WhatsApp", "System", "system", "微信团队", "QQ团队")
)
# What stands before a colon and is no name, in lower case.
LABELS = frozenset(
    (
        *("note", "ps", "edit", "update", "todo", "fyi", "re", "fw", "fwd", "url", "link", "tip", "warning", "http"),
        *("https", "example", "from", "to", "cc", "bcc", "subject", "date", "sent", "received", "reply-to", "error"),
        *("info", "debug", "message-id", "mime-version", "content-type", "return-path", "x-mailer", "in-reply-to"),
        *("注", "注意", "备注", "发件人", "收件人", "主题", "发送时间", "日期", "抄送", "附件", "时间", "地点"),
    )
)  # fmt: skip

EDITED = re.compile(r" ?<(?:This message was edited|已编辑|此消息已编辑|已編輯)>$")
# A whole line, in lower case, that stands for a picture, a recording, a call, or what was taken back.
_OMITTED = (
    "image|video|audio|gif|sticker|document|photo|video note|contact card|media|file|"
    "view once (?:message|photo|video|voice message)"
)
_OMITTED_CHINESE = "图像|图片|视频|音频|动图|贴图|文档|联系人卡片|圖片|影片|音訊|貼圖|檔案"
_IN_BRACKETS = (
    "图片|照片|视频|语音|语音消息|小视频|动画表情|表情|自定义表情|文件|位置|地理位置|链接|红包|微信红包|转账|名片|"
    "个人名片|语音通话|视频通话|小程序|聊天记录|音乐|圖片|影片|語音|貼圖|photo|image|picture|video|voice|"
    "voice message|sticker|file|location|link|red packet|transfer|contact|contact card|audio|gif|"
    "voice call|video call"
)
_FILES = "jpe?g|png|webp|mp4|opus|pdf|vcf|m4a|mp3|gif|docx?|xlsx?"
PLACEHOLDER = re.compile(
    r"<(?:media omitted|attached: [^<>]{1,150}|省略多媒体文件|媒体文件已省略|略去多媒體檔|忽略多媒体文件|"
    r"已忽略多媒体文件|附件[:：][^<>]{1,150})>|"
    rf"(?:{_OMITTED}) omitted|(?:{_OMITTED_CHINESE})已?(?:忽略|省略|略去)|"
    rf"[\w .()-]{{1,120}}\.(?:{_FILES}) \((?:file attached|文件附件|附件)\)|"
    rf"[\[［【](?:{_IN_BRACKETS})[\]］】](?: ?[\w.()-]{{1,100}}\.\w{{1,5}})?|"
    r"(?:this message was deleted|you deleted this message|this message was deleted by admin [^.]{1,60})\.?|"
    r"(?:此消息已删除|您删除了此消息|你删除了此消息|此消息已被删除|此訊息已刪除|您已刪除此訊息)。?|"
    r"(?:missed|silenced) (?:group )?(?:voice|video) call(?:, [\w :]{1,30}|\. tap to call back)?|"
    r"(?:voice|video) call, \d[\w :]{1,30}|未接(?:语音|视频|語音|視訊)(?:通话|通話|来电)|null|"
    r"waiting for this message\. this may take a while\.(?: learn more\.?)?|"
    r"(?:通话时长|通话時長|聊天时长) ?[\d:：]{3,9}|对方已取消|对方无应答|对方已拒绝|忙线未接听"
)
# How a line begins that the program wrote.
NOTICE = re.compile(
    r"messages (?:and calls are|to this (?:chat|group) (?:and calls )?are(?: now)?|you send to this) "
    r"(?:now )?(?:secured with )?end-to-end encrypt|"
    r"消息和通话(?:已|都)?(?:进行)?(?:端到端|端对端)加密|(?:此|本)?(?:聊天|对话).{0,8}(?:端到端|端对端)加密|"
    r"訊息和通話(?:已|都)?.{0,4}端對端加密|your security code with .{1,60} changed|"
    r"(?:你|您)已添加了?.{1,40}[,，]现在可以开始聊天了|以上是打招呼的(?:内容|消息)|"
    r"[\"“「].{1,40}[\"”」](?:邀请.{1,40}加入|加入了?群聊|通过扫描|退出了?群聊|将.{1,40}移出|修改群名|拍了拍|领取了)|"
    r"(?:你|您)(?:邀请.{1,60}加入了?群聊|将.{1,60}移出了?群聊|已成为群主|被.{1,60}移出群聊|领取了.{1,60}的红包)|"
    r".{1,40}(?:加入了群聊|退出了群聊|已退出群聊|创建了群组|離開了群組|离开了群组|加入了群组)$"
)
RECALLED = re.compile(r"撤回了?一[条條][消訊]息|recalled a message$|unsent a message$")
# A line about one who takes part in the chat.
COMING = re.compile(
    r"(.{1,40}?) (?:left|was added|was removed|added .{1,60}|removed .{1,60}|joined using .{1,60}|"
    r"joined (?:the|this) (?:chat|group).{0,20}|created (?:this )?group.{0,60}|"
    r"changed the (?:subject|group|icon).{0,80})\.?",
    re.IGNORECASE,
)
