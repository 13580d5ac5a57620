"""Grave messages are found, and harmless ones with the same words get through."""

import pytest

from aoede.words.gate import refusal
from aoede.words.message_language import plain
from aoede.words.sensitive import is_sensitive

GRAVE = """
we lost the baby
She's been in a coma since Friday
I lost my mum in March
she has three months to live
the vet had to put Rocky down
there's been a terrible accident, Paul is badly hurt
The operation went wrong and he never woke up
she's in labor and something is wrong with the baby
sometimes I think everyone would be better off without me
he didn't make it
got laid off this morning
I feel like killing myself
I don't see the point anymore
My best friend was murdered
I've been cutting again
Anna was hit by a car
Fire at our house, we lost everything
My brother is going to prison
they're letting me go
I took a whole pack of sleeping pills
after 12 years we broke up
My wife wants out of our marriage
my sister is anorexic and getting worse
Grandma died yesterday
my wife left me
my mother has Alzheimer's and no longer recognises me
I was let go
i'm so depressed i can't get out of bed
thinking about ending it
She left me.
I've been sentenced to 6 months
I have to go to court on Monday
I was mugged at knifepoint
My son has leukemia
We buried him on Tuesday.
she didn't wake up this morning
I tested positive for HIV
Tom is in jail
My mom is in the ICU
he's been hitting the kids
I had a miscarriage last week
we're getting divorced
my baby was stillborn
I was fired today
Mom's cancer has spread to her liver
I'm dying, they gave me six weeks
It is with profound sadness that we share the passing of Dr. Hill.
He cheated on me
our baby didn't survive
My grandfather had a stroke last night
he pushed me down the stairs
I'm a widow now
my daughter is missing, the police are searching
the cancer is back
I can't do this anymore, I want to end it
my parents are separating
He's dying.
he's in intensive care and they don't know if he'll make it
we were bombed last night
RIP Grandpa, you'll be missed
我家狗死了
奶奶病危，快回来
我爸查出胃癌晚期
我爸被抓了
收到法院传票了
老師昨天過世了
请节哀
他抛下我们娘俩走了，永远走了
爸爸瘫痪在床
老板让我明天不用来了
我流产了
我妈在抢救
外公没了
医生说最多还有三个月
我弟弟溺水了，没救回来
昨晚我差点从楼上跳下去
不想活了
我爸去年走的，今天是他的忌日
我被同学打了
爸爸突发脑溢血，在ICU
我失业了
爷爷昨晚走了
他上周病逝了
他又打我了
活着太累了
奶奶走了，走得很安详
我得了抑郁症
猫咪昨天走了
我妈被诊断为老年痴呆
老公要跟我离婚
她自杀了
爷爷的葬礼在周五
他走得太突然了
我被强奸了
我哥坐牢了
我们离婚了
姥姥今早没了
我被公司裁了
我哥出车祸了
我舅舅昨天人没了
""".strip().splitlines()
HARMLESS = """
I'm dying to see you
died laughing
dead tired, going to bed
my phone died
you killed it!
the deadline is tomorrow
break a leg
累死了
笑死我了
气死我了
爱死你了
我先走了
爸走了吗
牛奶没了
I'm so over it
jail in monopoly again
he left me a note
My laptop is dead
the coach kicked me out of the group chat
custody of the remote tonight? haha
the server was fired up this morning
hospital visit was fine
sick day today
violence is not needed to open this jar
lost my way
drop dead gorgeous dress!
heartbroken that the shop closed
she left me speechless
I'm off to the dentist
lost my phone
prayers for the exam
Shot of espresso?
dead end street, turn left
it hit me this morning that I forgot the cake
Will they resuscitate the old app
I'm gonna miss you
stroke the cat for me
you slayed that presentation
end it here and meet up later?
grave mistake on slide 4
I'm a cancer, what's your sign?
are you dead? haha answer me
Are you leaving already?
in terminal 2
burnt dinner again
the film is about a widow
it's the end of the road
nobody would notice the typo
just hanging out
RIP my sleep schedule
he's gone to the shop
let's shoot for Friday
what's the point of this meeting?
we broke up the team into two groups
the cat is sick on the carpet again
Dad's gone shopping
let go of the rope
no point in waiting
is the contract signed?
prison break tonight?
it hurts when I laugh
doctor says it's just a cold
feeling a bit sick
a bug killed my build
jury duty next week, yawn
my shot at the title haha
Dad's gone to work
killing time at the airport
hearing aid batteries please
I left him a message
lay off the sweets
he shot three goals today
grounded for two weeks
we lost 3-1
医院停车场满了
跳楼梯玩
开庭模拟赛周六
早点休息别熬夜
想死你了
抓紧时间
命都没了半条
他不在
我破产了，剁手太多
死循环了
好吃死了
没了，就这些
你别走
公司毕业旅行
分手快乐这歌好听
累得要死
被你打败了
撞衫了哈哈
拔牙了
发烧38度
活久见
死党聚会来不来
手机死机了
被老师抓住迟到
人都走了吗
感冒了
裁一下边
被他逗笑了
劈叉劈不下去
最后一面墙刷完了
我输了
花都死光了
他先走了
今晚炒鱿鱼吃吗
票没了
崴脚了
恭喜出院
老板走了
爸爸不在了吗
判了三十份卷子
消失了一天你去哪了
I'm dying 😂😂
I'm dead 😂
破防了
想你了
""".strip().splitlines()


@pytest.mark.parametrize("message", GRAVE)
def test_grave_messages_deserve_own_words(message: str) -> None:
    refused = refusal(message)
    assert refused is not None
    assert refused.code == "sensitive"


@pytest.mark.parametrize("message", HARMLESS)
def test_harmless_uses_of_grave_words_get_through(message: str) -> None:
    assert not is_sensitive(plain(message))
