"""The language of a message: clearly foreign ones are named, names and chat English are no cause for alarm."""

from collections import Counter

import pytest

from aoede.words.gate import refusal
from aoede.words.message_language import chinese_name, language

FOREIGN = """
French: Tu viens ce soir ?
French: On se retrouve devant la gare à huit heures, d'accord ?
French: J'ai oublié mes clés chez toi
French: Merci beaucoup pour ton aide hier !
French: Bonjour Madame, pourriez-vous m'envoyer le contrat signé avant vendredi ?
French: t'es où ?
German: Kommst du heute Abend mit ins Kino?
German: Ich bin schon unterwegs, bis gleich!
German: Vielen Dank für die schnelle Antwort
German: hast du kurz zeit
German: Sehr geehrte Frau Keller, anbei sende ich Ihnen die gewünschten Unterlagen.
German: Wo bleibst du?
Spanish: ¿Vienes a cenar esta noche?
Spanish: Ya estoy en casa, ¿y tú?
Spanish: gracias
Spanish: te llamo luego que estoy en una reunion
Spanish: Estimado señor Ruiz, le adjunto el presupuesto que nos pidió la semana pasada.
Spanish: Feliz cumpleaños, que lo pases muy bien
Italian: Ci vediamo domani alle nove?
Italian: Scusa, sono in ritardo di dieci minuti
Italian: Dov'è la chiave della cantina?
Italian: ti va un caffè dopo il lavoro?
Italian: Buongiorno dottoressa, avrei bisogno di spostare il mio appuntamento
Italian: Grazie mille per il regalo!
Portuguese: Você vem para o jantar amanhã?
Portuguese: Estou quase chegando, me espera
Portuguese: Obrigada pela ajuda de ontem
Portuguese: oi tudo bem? pode me ligar agora
Portuguese: Prezado senhor Almeida, segue em anexo a proposta que combinamos.
Portuguese: não sei se consigo ir hoje
Dutch: Kom je vanavond ook naar het feestje?
Dutch: Ik ben er over tien minuten
Dutch: Heb jij de sleutels gezien?
Dutch: bedankt voor het lekkere eten
Dutch: Geachte heer Bakker, hierbij stuur ik u de offerte die we hebben besproken.
Dutch: hoe laat begint de vergadering
Polish: Przyjdziesz dzisiaj na kolację?
Polish: Jestem już w pociągu, będę o ósmej
Polish: Dziękuję za wczorajszy wieczór
Polish: gdzie jestes? czekam na ciebie
Polish: Szanowna Pani, w załączeniu przesyłam fakturę za marzec.
Polish: Nie mogę dziś rozmawiać, zadzwonię jutro
Swedish: Kommer du på festen ikväll?
Swedish: Jag är hemma om en kvart
Swedish: Tack för hjälpen igår!
Swedish: vad gör du i helgen
Swedish: Hej, kan du skicka rapporten till mig innan mötet på torsdag?
Swedish: Jag hittar inte mina nycklar
Turkish: Bu akşam yemeğe geliyor musun?
Turkish: Yoldayım, on dakikaya oradayım
Turkish: Dün için çok teşekkür ederim
Turkish: toplanti saat kacta basliyor
Turkish: Sayın Yılmaz, istediğiniz belgeleri ekte gönderiyorum.
Turkish: Nasılsın, uzun zaman oldu
Russian: Ты придёшь сегодня вечером?
Russian: Спасибо за помощь!
Russian: Уважаемая Анна Сергеевна, высылаю вам договор.
Russian: ок, буду через 10 минут
Russian: где ты
Russian: Перезвони, когда сможешь, plz
Japanese: 今夜一緒に夕飯どう？
Japanese: すみません、少し遅れます
Japanese: ありがとう！
Japanese: 明日の会議は十時からですか
Japanese: お世話になっております。資料を添付いたしましたのでご確認ください。
Japanese: メール見た？
Korean: 오늘 저녁에 시간 있어?
Korean: 고마워요
Korean: 지금 가는 중이야 10분만 기다려
Korean: 안녕하세요, 회의 자료를 첨부해 드립니다.
Korean: ㅋㅋㅋ 진짜?
Korean: 내일 meeting 몇 시예요?
Arabic: هل ستأتي الليلة؟
Arabic: شكرا جزيلا على مساعدتك
Indonesian: Kamu datang nanti malam?
Indonesian: Aku sudah di rumah, kamu dimana
Vietnamese: Tối nay bạn có đến không?
Vietnamese: Cảm ơn anh rất nhiều
Danish: Kommer du til festen i aften?
Danish: Tak for hjælpen i går
Norwegian: Hva skal du gjøre i kveld?
Finnish: Tuletko tänään meille syömään?
Finnish: Olen kotona kello kuusi
Czech: Přijdeš dnes večer na večeři?
Hungarian: Mikor találkozunk holnap este?
Romanian: Vii diseară la cină?
Ukrainian: Ти прийдеш сьогодні ввечері?
Greek: Θα έρθεις απόψε;
Hebrew: אתה בא הערב?
Thai: คืนนี้มาไหม
Hindi: क्या तुम आज रात आओगे?
Persian: امشب می‌آیی؟ چه ساعتی؟
""".strip().splitlines()
ENGLISH = """
ok
thx
lol
r u coming 2nite
gonna
brb
Hi José, are you coming?
Have you seen La vie est belle?
Meeting with Jürgen von der Leyen at 3
café at 5?
Let's grab a crème brûlée at Chez Marie
See you in São Paulo
Jose de la Cruz called
Los Angeles or San Diego?
Pan con tomate again tonight, yum
die hard is on
no
No me neither
ciao!
mi casa es su casa lol
Que sera sera :)
C'est la vie
hasta la vista baby
I'm at the Deutsche Bank in Frankfurt am Main
Dan van Dijk
Jan is on the phone
El Niño is back
omg ja
a la carte or buffet?
Tapas at El Patio?
vegan lasagne for me
where r u?
wru
k
Bo and Ana say hi
Per our chat
sim card arrived
pls fix asap
¯\\_(ツ)_/¯ no idea
(ノ°Д°）ノ︵ ┻━┻ my build
Hi Björn
Müller or Schmidt?
Ben and Kim on tour
Les Misérables tonight?
Han Solo was great
du jour special
so la la
Bon appétit!
Déjà vu...
bon voyage!
Guten Tag Peter, how are you?
hola! how's it going
merci for the lift!
Danke! See you tomorrow
Arrivederci Roma is on tv
That's the MVP, n'est-ce pas?
Pizza Napoli or Quattro Stagioni?
Gnocchi al pesto, and vino rosso for you?
O'Brien's at 9?
L'Oréal called back
Il Divo tickets!!
Ali, Mia, Sara & Leo
HELLO WHERE ARE YOU
Hi 王小明, are you free tomorrow evening?
I love 上海
nite nite
xx
hugs n kisses
Ta!
Cheerio
nm u?
wyd
hbu
ikr
Yo bro sup
Tell Maria del Carmen hi
I speak un poco de español
Ich liebe dich means I love you
How do you say "où est la gare" in English?
""".strip().splitlines()
CHINESE = """
帮我 review 一下这个 pull request
这个PR有几个 conflict，rebase 一下 main 再 merge，然后 deploy to staging
OK 收到
hi 小明
今天の天气真好
我們明天見
ok的
哈哈哈 so funny
你看了那部 The Wandering Earth 吗
""".strip().splitlines()


@pytest.mark.parametrize(("name", "message"), [line.split(": ", 1) for line in FOREIGN])
def test_a_foreign_message_is_told_by_its_language(name: str, message: str) -> None:
    assert language(message) == name
    refused = refusal(message)
    assert refused is not None
    assert refused.code == "language"
    assert name in refused.why
    assert chinese_name(name) in refused.why_zh


def test_there_are_sixty_foreign_messages_of_twelve_languages() -> None:
    counts = Counter(line.split(": ", 1)[0] for line in FOREIGN)
    many = [n for n in counts.values() if n > 4]
    assert len(many) >= 12
    assert sum(many) >= 60


@pytest.mark.parametrize("message", ENGLISH)
def test_names_loans_and_chat_words_stay_english(message: str) -> None:
    assert language(message) == "en"


@pytest.mark.parametrize("message", CHINESE)
def test_chinese_with_english_in_it_stays_chinese(message: str) -> None:
    assert language(message) == "zh"


@pytest.mark.parametrize("message", ["", "123", "!?", "👍", "https://example.org/la/casa/es/mi/casa"])
def test_without_letters_there_is_no_language(message: str) -> None:
    assert language(message) == ""


def test_fancy_letters_are_read_as_plain_ones() -> None:
    assert language("𝓯𝓻𝓮𝓮 𝓽𝓸𝓷𝓲𝓰𝓱𝓽?") == "en"
    assert language("ｏｋ") == "en"
