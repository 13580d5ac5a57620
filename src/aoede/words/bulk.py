"""What shows by itself that a message went to many or comes from a machine: newsletters, receipts, codes."""

import re

_ASKS_TO_UNSUBSCRIBE = re.compile(  # somebody's own wish
    r"\b(?:like|love|want|wish|trying|tried|try|need|how|able|way|possible|ask|asked|forgot|managed|"
    r"failed) to unsubscribe\b|\bunsubscribe (?:me|us|him|her|you)\b|\b(?:can|could|may|did|do|don't|cannot|"
    r"can't|please|i|we|you) unsubscribe\b",
    re.IGNORECASE,
)
_BULK = re.compile(  # one of these is enough
    r"\bunsubscribe\b(?= (?:here|at any time|anytime|from (?:this|these|our|all)|below|by|\||-|now|link)|\W*$|"
    r"\s*[|\n.,])|\b(?:to|or) unsubscribe\b|\bmanage your (?:e-?mail |mail )?(?:preferences|subscriptions?)\b|"
    r"\b(?:view|read|open|see) (?:this |it |the )?(?:e-?mail |message |newsletter |online )?(?:online |"
    r"version )?in (?:your |a |the )?(?:web )?browser\b|\b(?:trouble|problems) (?:viewing|reading|"
    r"seeing) this (?:e-?mail|message|newsletter)|\b(?:do not|don't|cannot|not to) (?:reply|"
    "respond)(?: directly)? to this (?:automated |automatic |system |auto-?generated )?(?:e-?mail|mail|"
    r"message|address|sms|text)\b|\bno-?reply@|\bdo-?not-?reply@|\b(?:automatically|system|"
    r"computer)[- ]generated (?:e-?mail|mail|message|notification|reply)|\bthis is an auto(?:mated|"
    r"matic) (?:e-?mail|mail|message|notification|reply|response)|\b(?:e-?mail|message|mail) (?:is|"
    r"was) (?:sent |generated )?automatically\b|\bunmonitored (?:mailbox|inbox|address|account)|\b(?:mailbox|"
    r"inbox|address) is not (?:monitored|read)|\byou(?:'re| are| have|'ve)? receiv(?:ing|ed) this (?:e-?mail|"
    r"mail|message|newsletter|notification|because)|\byou are subscribed to\b|\breply STOP to\b|"
    r"\btext STOP to\b|\ball rights reserved\b|\b(?:verification|one-time|login|log-in|sign-in|"
    r"authentication) (?:code|password|passcode) (?:is|for .{1,40} is)\W*\d|"
    r"\b\d{4,8} is your\b.{0,30}\b(?:code|otp|password|passcode|pin)\b|\b(?:code|otp|"
    r"passcode)\W+\d{4,8}\b.{0,80}\b(?:expires?|do not share|don't share|valid for)\b|\b(?:automatic reply|"
    "auto-reply|out of office):|退订请|退订回|回复?(?:TD|T|N|R|0000)(?:即可)?(?:退|拒)|拒收请?回复?|"
    "请勿(?:直接)?回[复信]|(?:不要|无需|不用|勿)(?:直接)?回复(?:此|本|该)(?:邮件|短信|信息|消息)|"
    "系统(?:自动)?(?:发送|发出|生成|派发)|(?:本|此|该)(?:邮件|短信|消息|条信息|条)(?:为|由|是)?系统|"
    "自动(?:发送|回复|生成)的?(?:邮件|短信|消息)|(?:验证码|校验码|动态密码|动态码|登录码|确认码)(?:是|为|"
    r":)?\D{0,4}\d{4,8}|\d{4,8}.{0,6}(?:是|为)[您你]的.{0,12}(?:验证码|校验码|动态密码)|(?:在浏览器中|"
    "网页版)(?:查看|打开|阅读)|查看网页版|如(?:无法|不能)正常(?:显示|浏览)",
    re.IGNORECASE,
)
_BULK_SIGNS = tuple(  # two of these are
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(?:fwd?: |re: )*\[?[【\[][^】\]]{1,14}[】\]] ?(?:您|尊敬|亲爱)",
        r"\b(?:order|booking|confirmation|invoice|tracking|transaction|reference|case|claim|ticket|receipt|"
        r"submission) (?:no\.?|number|id|code|#)\W{0,3}[a-z]{0,4}-?\d[\w-]{2,}",
        r"\bthank you for (?:your|the) (?:order|purchase|payment|booking|donation|subscription|registration|"
        "shopping)",
        r"\b(?:total|subtotal|amount due|amount paid|vat)(?: incl\.? \w+)?\W{1,3}(?:[$€£¥]|usd|eur|"
        r"gbp)? ?\d+[.,]\d\d\b",
        r"\b(?:use|with|promo|discount|voucher) ?code:? [A-Z0-9]{5,}",
        r"\d ?% off\b|\bfree (?:express )?(?:shipping|delivery)\b|\b(?:shop|order|buy|register|book|sign up|"
        r"subscribe|download|upgrade|enrol|join) (?:now|today|here)\b|\bread more\b|\blearn more\b|"
        r"\bclick (?:here|below|the (?:link|button))\b",
        r"\blimited (?:time|offer|seats)\b|\boffer (?:ends|valid|expires)\b|\bvalid (?:un)?til\b|"
        r"\bwhile (?:stocks|supplies) last\b|\b(?:ends|until) midnight\b|\bterms (?:and|&) conditions\b|"
        r"\bt&cs? apply\b|\bseats are limited\b",
        r"[©®™]|\bprivacy policy\b|\bfollow us on\b|\bterms of (?:use|service)\b|"
        r"\bcontact (?:our )?(?:customer )?support\b|\baccount settings\b",
        r"\byour (?:account|subscription|order|parcel|package|booking|reservation|refund|return|payment|claim|"
        r"delivery)\b.{0,40}\b(?:has been|will renew|was (?:successful|received|processed)|is (?:confirmed|"
        "being processed|out for delivery))",
        r"\bfree cancellation\b|\bcheck-?in (?:from|after|time)\b|\bcheck-?out (?:until|by|before|time)\b|"
        r"\bunit price\b|\bqty\b",
        r"尊敬的(?:用户|客户|会员|旅客|住户|业主|顾客|持卡人)|亲爱的(?:用户|客户|会员|顾客|读者)",
        "点击(?:链接|领取|查看|下方|进入|此处)|戳(?:链接|这里|下方)|扫码(?:进|领|加|关注)|关注公众号|"
        "登录(?:app|官网|公众号)",
        r"满\d+[减返送]\d*|限时(?:优惠|抢购|秒杀|特惠|折扣)|优惠券|立减\d|半价|买[一二三四\d]+[送赠]|"
        r"\d(?:\.\d)?折(?:起|优惠)|包邮|新客|抢购|免费领",
        r"订单(?:号|编号)\W?\w*\d{4,}|尾号\d{4}|流水号|到期还款|余额\D{0,3}\d+\.\d\d|客服(?:热线|电话)|如非本人",
    )
)


def is_bulk(text: str) -> bool:
    """Whether its wording shows a newsletter, a receipt or a machine's message.

    The text is as `message_language.plain` gives it. Somebody's own wish to unsubscribe is none.
    """
    text = _ASKS_TO_UNSUBSCRIBE.sub(" ", text)
    return bool(_BULK.search(text)) or sum(bool(sign.search(text)) for sign in _BULK_SIGNS) > 1
