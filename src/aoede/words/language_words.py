"""Frequent words of languages in Latin letters, by which `words/message_language.py` tells them apart.

All in lower case and without marks over letters, as they are typed in a hurry. They are function words, forms of
address and what stands in short private messages. A word may be in several languages.
"""

ENGLISH = """
a about above across actually after afternoon again against ago ah ahead all almost alone along already alright also
although always am amazing an and another answer any anybody anyone anything anyway apart appointment are aren't
around as ask asked at available awesome away back bad bc bcoz be because bed been before being believe best better
between big bit book both bottom break brb bring brilliant brother brought btw bus busy but buy by bye cafe cake
call called came can can't cannot car care change check cheers clear close code coffee cold come comes coming
congrats could couldn't coz cup cute cuz cya dad day days deal dear did didn't dinner do does doesn't doing don't
done door down draft drink drive driving drop dunno during each early easy eat eight either else email end enough
even evening ever every everybody everyone everything exactly excited excuse family far fast feel feeling few figure
file find fine finish finished finally first five fix food for forget forgot forward found four free friday friend
friends from full fun gave get gets getting gift girl give given glad go goes going gonna good goodnight got gotta
great guess guy guys gym had half hand happen happened happy hard has hasn't hate have haven't having he he'd he'll
he's hear heard hello help her here here's hers hey hi him his hold holiday home hope hopefully hour hours house how
how's however hungry hurt i i'd i'll i'm i've idea idk if im imo in inbox instead interview into invoice is isn't
issue it it'd it'll it's its itself ive job join just keep kid kids kind kinda know known last late later lately
least leave leaving left lemme less let let's lets letter life like line link list listen little live lmao lmk lol
long look looking looks lose lost lot lots love lovely luck lunch made mail make makes making many match matter may
maybe me mean meant meet meeting message middle might mind mine minute minutes miss mom moment monday money month
months more morning most mother move much mum must my myself name near need needs never new news next nice night
nine no nobody none nope not note nothing now number of off offer office often oh ok okay old omg on once one ones
online only open or order other others ought our ours out over own pack page paid parcel parents part party pass
past pay people perfect perhaps person phone photo pick picked picture pizza place plan plans play please pls plz
point possible post prefer present pretty print probably problem project pub pull push put question quick quiet
quite r rain raining reach read ready real really reason receive received remember remind reply rest review right rn
room round run running sad safe said same saturday saw say saying says school second see seems seen send sent seven
shall she she'd she'll she's shift shop short should shouldn't show shower sick side sign since sis sister sit six
sleep slow small smth so some somebody somehow someone something sometimes somewhere soon sorry sounds spare speak
special spend stand start started stay still stop store story street stuck stuff such sunday super supposed sure
surprise take taken takes taking talk tea teacher team tell ten test text than thank thanks that that'd that's thats
the their them then there there's these they they'd they'll they're they've thing things think thinking third this
those though thought three thru thursday thx ticket till time times tired to today together told tomorrow tomo tmrw
tmr tonight too took top train tried trip true try trying tuesday turn twice two ty u under understand unfortunately
until up update upstairs ur us use used usually version very wait waiting wake walk wanna want wanted wants warm was
wasn't watch watching water way we we'd we'll we're we've weather wednesday week weekend weeks welcome well went
were weren't what what's whatever wheel when where where's whether which while who who's whole whose why will win
wish with without won't wonder wonderful word work working works world worry would wouldn't write wrong wtf wya xoxo
yay yea yeah year years yep yes yesterday yet yo you you'd you'll you're you've young your yours yourself yum yup
2nite 2day 2moro gr8 l8r hmm huh haha wow ugh aww duh nah hiya mate dude bro aren arent asap cant couldnt didnt
doesnt dont ditto hasnt havent hes isnt ill shes shouldnt theyre theyve wasnt wont wouldnt youre youve whats whos
hows wheres ain't aint gimme tbh ikr nvm np ttyl gn gm sup k kk pic pics
"""

# English words and names that are words of other languages too: they count little for those.
SHARED = """
accord adios adore ai al ale ali alt ama ami amie amigo anno ao ar arrive arrives ate attend attends au avant ba
bald ban bare barn bay belt ben bent beste bin bis bist biz bo boa bon bonjour bonnet born bra brat bun ca cam caro
casa cat cena che chi chin chose ciao claro co com comment como con cos cosa courage credo cum da dan dang dank
danke dans das de deja del dem den der des dia dice die dig dime din dine dire dis doe dong dos dove drag du due dun
e ea een el elf ella elle em en encore er era es est et eu eve face fare fatigue favor fi fire fur ga gap gar gare
gentile god gore grand grande gun gut ha hade hai halo ham han hast hat haus hay heel hei hem hep ho hoe hol hola
hon hoop hora il ja jag jak jake jam jest jo jour jours kan kann kim kinder kit kom la lam las lass lat le legal lei
les li llama lo los ma mad madame mae mag mai maine mal male mama mamma manana mange manger mar mas mat matin med
meer meg men mer merci mere merge mes met mi mia mille min mio mis mit mitt mode modes moe moi mon monsieur morgen
mote mu multi mutter na nada nam nap nat nay ne nee nej nem ni niet noch noche non nos nu o og ogle ole olla om ons
op opt ora ore os ot ou oui pa padre pan par para pardon pas passer pendant per pero pet petit petite plait plus po
pod por pot pour pro pronto qua que qui rat retard reunion rien ringer robie sa saber sag sager salut sang sans se
sei sein seine sen sender senor ser sera sex si sim sin size ska son sono sont sore soy sun sur ta tack tag tak tam
te teen tempo temps tens ti til todo ton tot tous tout travail tutti um uma un una une uno v vale van var vas ve
vent vet vi vim vin vine volt vom von w war ware wat wel wer wie wil wilt wo y ya z zu
"""

FOREIGN: dict[str, str] = {
    "French": """
    je tu il elle on nous vous ils elles le la les un une des du de au aux ce cet cette ces mon ma mes ton ta tes
    son sa ses notre nos votre vos leur leurs et ou mais donc car que qui quoi quel quelle quels quelles est sont
    suis es sommes etes etait etais avoir ai as avons avez ont avait etre fait fais faire faites va vais vas vont
    allons allez aller peux peut pouvez pouvons pourrais pourrait veux veut voulez voudrais voudriez dois doit devez
    faut sais sait savez viens vient venez venir vois voir dit dis dire pas plus ne jamais rien toujours encore deja
    tres trop bien mal bon bonne bonjour bonsoir bonnet salut coucou merci beaucoup svp stp plait desole desolee
    pardon oui non si comment pourquoi quand combien dans sur sous avec sans pour par chez vers entre depuis pendant
    avant apres aujourd hui demain hier soir matin semaine jour jours heure heures temps ici aussi alors comme tout
    tous toute toutes moi toi lui eux y en ca cela ceci rendez reunion maison voiture train gare bientot accord
    petit petite grand grande mdr quelque chose aime adore pense crois arrive arrives rentre rentres mange manger
    dormir travail boulot ecole enfants mere pere frere soeur ami amie amis copain copine bises bisous cordialement
    madame monsieur reponse courage retard dernier derniere prochain prochaine ete lundi mardi mercredi jeudi
    vendredi samedi dimanche deux trois quatre cinq sept huit neuf dix minutes retrouve retrouver oublie perdu
    appelle appelles rappelle envoie envoyer passe passer attends attend fini finir salle gentil jolie drole fatigue
    malade argent probleme aurais aurait serait sera vraiment tellement juste
    """,
    "German": """
    ich du er sie es wir ihr der die das den dem des ein eine einen einem einer eines kein keine keinen mein meine
    meinen meiner meinem dein deine deinen deiner deinem sein seine ihre ihren ihrem unser unsere euer eure und oder
    aber denn weil dass ob wenn als wie wo was wer wann warum wieso welche welcher welches bin bist ist sind seid
    war warst waren habe hab hast hat haben habt hatte hatten werde wirst wird werden wurde kann kannst konnen
    konnte konntest muss musst mussen soll sollen will willst wollen wollte mag mochte mochten darf nicht nichts nie
    noch schon auch nur sehr mehr viel viele gut gute guten guter bitte danke vielen gruss grusse liebe lieber hallo
    tschuss ja nein doch mal jetzt heute morgen gestern abend nachmittag woche montag dienstag mittwoch donnerstag
    freitag samstag sonntag uhr zeit mit ohne auf an in im am um zu zum zur von vom bei nach vor fur uber unter
    durch gegen bis seit aus hier da dort dann so wieder immer vielleicht leider gerne gern genau klar alles etwas
    jemand mich dich sich uns euch mir dir ihm ihn ihnen komme kommst kommt kommen gehe gehst geht gehen mache
    machst macht machen weiss weisst sehe siehst sehen treffen treffe spater bald haus arbeit schule kinder mutter
    vater bruder schwester freund freundin essen trinken schlafen gekommen gemacht gesehen sagen sag rufe ruf zuruck
    konnt ware termin besprechung schone schonen schoner tag nacht geburtstag gluckwunsch herzlichen glaube denke
    finde brauche brauchst wissen bescheid zusammen zwei drei vier funf sieben acht neun zehn elf zwolf minuten
    bleibst bleibe bleibt unterwegs gleich schnelle antwort kurz anbei sende schicken schick schicke brauchen nehmen
    nimmst fahren fahre fahrst verloren vergessen schlussel mude krank geld warte wartest lass los dabei eigentlich
    wirklich ganz diese dieser dieses jeden geehrte geehrter
    """,
    "Spanish": """
    yo tu el ella nosotros ellos ellas usted ustedes vosotros lo la los las un una unos unas de del al y o pero
    porque que quien quienes cual cuando donde como cuanto cuanta cuantos por para con sin sobre entre hasta desde
    hacia en a es son soy eres somos esta estas estoy estan estamos estaba era fue fui ser estar he has ha hemos han
    haber hay tengo tienes tiene tenemos tienen tener hago haces hace hacer hecho voy vas va vamos van ir puedo
    puedes puede podemos pueden podria podrias quiero quieres quiere queremos querer debo debes se sabes sabe saber
    dime digo dice decir vienes viene ven venir llego llegas llega llegar mi mis tus su sus nuestro nuestra me te le
    les nos os no si nunca siempre ya todavia aun tambien tampoco muy mas menos mucho mucha muchas muchos poco todo
    toda todos todas nada algo alguien bien mal bueno buena buenos buenas hola gracias adios favor perdon siento
    disculpa manana hoy ayer noche noches tarde tardes dia dias semana hora horas lunes martes miercoles jueves
    viernes sabado domingo casa trabajo escuela amigo amiga hermano hermana madre padre hijo hija ninos comer cenar
    dormir aqui alli ahora luego despues antes entonces asi este esto ese esa eso otra otro mismo cosa cosas tiempo
    vale claro besos abrazo saludos estimado estimada senor senora cumpleanos feliz reunion creo parece gusta
    encanta llamo llama dos tres cuatro cinco seis siete ocho nueve diez minutos espera esperame llamas llamame
    mandame manda enviar olvide perdi llaves cansado cansada enfermo dinero salir salgo sali comida quedamos segura
    seguro listo lista ganas pasado proxima veo vemos vernos oye mira verdad
    """,
    "Italian": """
    io tu lui lei noi voi loro il lo la i gli le un uno una di del della dello dei degli delle da dal dalla a al
    alla allo ai agli alle in nel nella nei nelle con su sul sulla per tra fra e o ma perche che chi cosa quale
    quali quando dove come quanto quanta quanti sono sei siamo siete era eri ero essere stato stata ho hai ha
    abbiamo avete hanno avere avevo faccio fai fa facciamo fanno fare fatto vado vai va andiamo andate vanno andare
    posso puoi puo possiamo potete possono potresti voglio vuoi vuole vogliamo vorrei devo devi deve dobbiamo so sai
    sa sapere vengo vieni viene venire dici dire detto vedo vedi vedere visto mio mia miei mie tuo tua tuoi tue suo
    sua suoi nostro nostra vostro mi ti ci vi si ne non mai sempre gia ancora anche molto molta molti tanto tanti
    poco piu meno tutto tutta tutti tutte niente nulla qualcosa qualcuno bene male buono buona buongiorno buonasera
    buonanotte ciao grazie prego scusa scusi scusate favore mille oggi domani ieri sera stasera mattina notte giorno
    settimana ora ore adesso dopo prima poi allora cosi questo questa questi quello quella casa lavoro scuola amico
    amica amici fratello sorella madre padre mamma figlio figlia bambini mangiare cena pranzo dormire qui qua li dai
    certo arrivo arrivi arriva bacio baci abbraccio saluti cordiali gentile signora signore compleanno auguri
    riunione penso credo piace anno lunedi martedi mercoledi giovedi venerdi sabato domenica due tre quattro cinque
    sette otto nove dieci minuti aspetta aspettami chiama chiamo chiamami manda mandami inviare dimenticato perso
    chiavi stanco stanca malato soldi uscire esco usciamo cibo vediamo sicuro pronto pronta prossimo prossima senti
    guarda vero davvero sto stai sta stiamo stanno ritardo
    """,
    "Portuguese": """
    eu tu ele ela voce voces nos eles elas o a os as um uma uns umas de do da dos das no na nas ao aos e ou mas
    porque que quem qual quais quando onde como quanto quanta por para pra pro com sem sobre entre ate desde em num
    numa sao sou es somos esta estas estou estao estamos tava era foi fui ser estar tenho tens tem temos ter tinha
    faco fazes faz fazer feito vou vais vai vamos vao ir posso podes pode podemos podem poderia quero queres quer
    queremos querer devo deve sei sabes sabe saber diz dizer disse vens vem vir chego chega chegar meu minha meus
    minhas teu tua seu sua seus suas nosso nossa me te lhe se nao sim nunca sempre ja ainda tambem muito muita
    muitos mais menos pouco tudo todo toda todos todas nada algo alguem bem mal bom boa bons boas ola oi obrigado
    obrigada desculpa desculpe favor amanha hoje ontem noite tarde manha dia dias semana hora horas segunda terca
    quarta quinta sexta sabado domingo feira casa trabalho escola amigo amiga irmao irma mae pai filho filha
    criancas comer jantar dormir aqui ali la agora depois antes entao assim este isto esse essa isso outro outra
    coisa tempo beijo beijos abraco abracos saudades caro prezado senhor senhora aniversario parabens feliz reuniao
    acho parece gosto gostei ligo liga vc vcs tb blz dois duas tres quatro cinco seis sete oito nove dez minutos
    espera quase chegando saindo indo fazendo trabalhando chamo manda mandar enviar esqueci perdi chaves cansado
    cansada doente dinheiro sair saio comida proxima vejo vemos olha verdade gente consigo consegue preciso precisa
    legal beleza
    """,
    "Dutch": """
    ik jij je u hij zij ze wij jullie het de een der van en of maar want omdat dat die dit deze wat wie waar wanneer
    waarom hoe welke ben bent is zijn was waren heb hebt heeft hebben had hadden wordt worden kan kun kunt kunnen
    kon moet moeten mag wil wilt willen zal zullen zou zouden ga gaat gaan ging doe doet doen gedaan kom komt komen
    weet weten zie ziet zien zeg mijn jouw haar ons onze hun mij me jou hem niet geen niets nooit altijd nog al ook
    heel erg zeer meer veel weinig alles iets iemand goed goede goeie goedemorgen goedenavond hallo hoi doei dag
    dank bedankt dankjewel alsjeblieft graag sorry ja nee wel nu vandaag morgen gisteren vanavond avond ochtend
    middag nacht week maandag dinsdag woensdag donderdag vrijdag zaterdag zondag uur tijd met zonder op in aan voor
    naar bij uit over onder tussen tot door sinds hier daar dan toen weer misschien helaas leuk lekker gezellig huis
    werk school kinderen moeder vader broer zus vriend vriendin eten drinken slapen thuis straks later groetjes
    groeten beste geachte liefs gefeliciteerd verjaardag vergadering denk vind hoop bel afspraak laat even eens toch
    gewoon twee drie vier vijf zes zeven acht negen tien minuten wacht wachten bellen belt sturen stuur stuurt
    vergeten verloren sleutels moe ziek geld blijf blijft blijven neem nemen rijden klaar onderweg feestje dingen
    zeker echt best anders helemaal volgende vorige elke
    """,
    "Polish": """
    ja ty on ona my wy oni jestem jestes jest jestesmy sa byl byla bylo byc mam masz ma mamy macie maja miec moge
    mozesz moze mozemy chce chcesz chcemy musze musisz musi wiem wiesz wie ide idziesz idziemy isc robisz robie robi
    robic zrobic bede bedziesz bedzie bedziemy beda nie tak i a ale albo bo ze zeby jesli gdy czy kto co gdzie kiedy
    dlaczego jak jaki jaka jakie ile ktory ktora w we na do od z za po przez przed pod nad dla bez o u moj moja moje
    twoj twoja nasz nasza jego jej ich mnie mi ci cie go mu nam nas was ten ta to te tego tej tym sie juz jeszcze
    tez bardzo tylko zawsze nigdy teraz dzisiaj dzis jutro wczoraj rano wieczorem wieczor noc dzien tydzien godzina
    godzinie poniedzialek wtorek sroda czwartek piatek sobota niedziela czesc hej dzieki dziekuje prosze przepraszam
    dobrze dobry dobra dobranoc fajnie super wszystko nic cos ktos dom domu praca pracy szkola dzieci mama tata brat
    siostra przyjaciel kocham zobaczymy spotkamy spotkanie przyjde przyjdziesz zadzwonie zadzwon pozdrawiam
    serdecznie sto lat urodziny witam mozna razem potem pozniej wiec dwa trzy cztery piec szesc siedem osiem
    dziewiec dziesiec minut minuty czekam czekasz poczekaj zapomnialem zapomnialam zgubilem klucze zmeczony chory
    pieniadze wychodze jedzenie widze gotowe pewnie naprawde pania pana pani pan szanowna szanowny ciebie siebie
    kolacje obiad
    """,
    "Swedish": """
    jag du han hon vi ni de dem den det en ett och eller men att som om nar var vad vem varfor hur vilken ar har
    hade vara blir kan kunde ska skulle vill maste far gar ga gor gora kommer komma vet ser sager min mitt mina din
    ditt dina hans hennes vart er mig dig honom henne oss inte ingen inget aldrig alltid ocksa mycket mer bara redan
    dar nu idag imorgon igar ikvall kvall kvallen morgon natt dag vecka klockan mandag tisdag onsdag torsdag fredag
    lordag sondag pa i till fran med utan for av under mellan efter innan hej hejda tack snalla forlat ursakta ja
    nej bra god gott alla allt nagot nagon hem hemma jobb jobbet skola barn mamma pappa bror syster van aska alskar
    ses traffas hoppas tycker tror fodelsedag grattis halsningar mvh kul sen senare kanske tva tre fyra fem sex sju
    atta nio tio minuter vantar vanta ringer ringa skicka skickar glomt nycklar nycklarna trott sjuk pengar klar ute
    mat helgen mote motet festen hjalp hjalpen verkligen
    """,
    "Danish": """
    jeg du han hun vi i de dem den det en et og eller men at som hvis nar hvor hvad hvem hvorfor hvordan hvilken er
    har havde vaere bliver kan kunne skal skulle vil ville ma far gar ga gor gore kommer komme ved ser siger min mit
    mine din dit dine hans hendes vores jeres mig dig ham hende os ikke ingen intet aldrig altid ogsa meget mere kun
    allerede her der nu idag morgen igar aften aftenen nat dag uge klokken mandag tirsdag onsdag torsdag fredag
    lordag sondag pa til fra med uden for af under mellem efter inden hej farvel tak undskyld venligst ja nej godt
    god alle alt noget nogen hjem hjemme arbejde skole born mor bror soster ven elsker ses modes haber synes tror
    fodselsdag tillykke hilsen lige sjovt senere maske gerne blive to tre fire fem seks syv otte ni ti minutter
    venter vent ringer ringe sender glemt nogler traet syg penge klar ude mad weekenden mode modet festen hjaelp
    hjaelpen virkelig
    """,
    "Norwegian": """
    jeg du han hun vi dere de dem den det en ei et og eller men at som hvis nar hvor hva hvem hvorfor hvordan
    hvilken er har hadde vaere blir kan kunne skal skulle vil ville ma far gar ga gjor gjore kommer komme vet ser
    sier min mitt mine din ditt dine hans hennes var deres meg deg ham henne oss ikke ingen ingenting aldri alltid
    ogsa mye mer bare allerede her der na idag morgen kveld kvelden natt dag uke klokken mandag tirsdag onsdag
    torsdag fredag lordag sondag pa til fra med uten for av under mellom etter hei takk unnskyld beklager vennligst
    ja nei bra god godt alle alt noe noen hjem hjemme jobb jobben skole barn mamma pappa bror soster venn elsker ses
    motes haper synes tror bursdag gratulerer hilsen gjerne senere kanskje tilbake to tre fire fem seks sju atte ni
    ti minutter venter vent ringer ringe sender glemt nokler trott syk penger klar ute mat helgen mote motet festen
    hjelp hjelpen virkelig
    """,
    "Turkish": """
    ben sen biz siz onlar bana sana ona bize size beni seni onu bizi sizi benim senin onun bizim sizin bu su ne kim
    nerede neredesin nereye nasil nasilsin neden nicin kac hangi zaman ve veya ama fakat cunku eger ile icin gibi
    kadar sonra once daha cok az en her hic hep hala artik simdi bugun yarin dun aksam sabah gece ogle hafta gun
    saat pazartesi sali carsamba persembe cuma cumartesi pazar var yok degil evet hayir tamam merhaba selam gunaydin
    iyi geceler tesekkur tesekkurler ederim rica lutfen pardon ozur dilerim guzel mi misin musun musunuz misiniz
    geliyor geliyorum geliyorsun gelir gelecek gidiyorum gidelim yapiyorsun yapiyorum yapalim istiyorum ister
    biliyorum biliyor oldu olur olmaz oldugunu eve evde evdeyim isteyim okul anne baba kardes abi abla arkadas
    arkadasim canim askim seviyorum dogum kutlu olsun hosca kal gorusuruz ariyorum ara beraber birlikte toplanti bir
    iki uc dort bes alti yedi sekiz dokuz on dakika dakikaya bekle bekliyorum geldim geldin gittim arar ararim
    gonder gonderiyorum unuttum kaybettim anahtar yorgun hasta para yemek yemege hazir gercekten oradayim buradayim
    yoldayim disarida nasilsiniz sayin efendim
    """,
    "Indonesian": """
    saya aku kamu anda dia kami kita mereka ini itu yang dan atau tapi tetapi karena kalau jika dengan untuk dari ke
    di pada oleh seperti sudah belum akan sedang bisa boleh harus mau ingin tidak tak bukan jangan ada adalah apa
    siapa kapan dimana mana kenapa mengapa bagaimana gimana berapa sangat sekali lebih juga saja aja lagi hanya
    masih selalu besok hari sekarang nanti malam pagi siang sore kemarin minggu bulan tahun jam senin selasa rabu
    kamis jumat sabtu terima kasih makasih tolong maaf selamat halo apakah baik kabar rumah kerja sekolah anak ibu
    bapak kakak adik teman makan minum tidur datang pergi pulang ketemu bertemu kirim sampai jumpa cinta sayang
    ulang nggak gak udah banget dong kok sih deh satu dua tiga empat lima enam tujuh delapan sembilan sepuluh menit
    tunggu telepon lupa hilang kunci capek sakit uang siap keluar makanan beneran lihat tahu
    """,
    "Vietnamese": """
    toi ban anh em chi minh chung ta ho cua va hoac nhung vi neu voi cho tu den trong ngoai tren duoi da dang se
    khong chua co la thi ma gi ai nao dau sao bao nhieu khi luc rat qua cung con nua hom nay ngay mai sang chieu dem
    tuan gio thu hai cam on xin loi chao vui long duoc lam biet muon can phai nen di ve nha an uong ngu gap goi nhe
    a oi roi yeu thuong chuc mung sinh nhat me bo mot ba bon nam sau bay tam chin muoi phut doi quen met tien xong
    that
    """,
    "Finnish": """
    mina sina han me te he mun sun mulla sulla minun sinun hanen meidan teidan se tama tuo ne ja tai mutta koska
    etta jos kun kuin mika mita missa mihin milloin miksi miten kuka kuinka olen olet on olemme olette ovat oli olin
    olla ei en et emme ole onko oletko voi voin voit voisi voisitko haluan haluat pitaa taytyy tulen tulet tulee
    tulla menen menet menee teen teet tehda tiedan tiedat kiitos kiitti hyva anteeksi hei moi terve nakemiin heippa
    kylla joo hyvaa hyvin paljon vahan myos viela jo nyt tanaan huomenna eilen illalla aamulla yolla viikko paiva
    kello maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina kanssa ilman jalkeen
    ennen koti kotona kotiin toissa koulussa lapset aiti isa veli sisko ystava rakastan nahdaan onnea syntymapaiva
    terveisin ehka sitten taas yksi kaksi kolme nelja viisi kuusi seitseman kahdeksan yhdeksan kymmenen minuuttia
    odota soita soitan laheta unohdin avaimet vasynyt kipea rahaa valmis ruokaa meille teille syomaan todella
    tuletko
    """,
    "Czech": """
    ja ty on ona my vy oni jsem jsi je jsme jste jsou byl byla bylo byt mam mas ma mame mate maji mit muzu muzes
    muze muzeme chci chces chce musim musis musi vim vis vi jdu jdes jdeme jit delas delam dela delat udelat budu
    budes bude budeme budou ne ano a ale nebo protoze ze aby jestli kdyz kdo co kde kdy proc jak jaky jaka jake
    kolik ktery ktera v ve na do od z za po pres pred pod nad pro bez o u muj moje tvuj tvoje nas nase jeho jeji
    jejich mne mi me te ti ho mu nam vam se si ten ta to tohle tam tady uz jeste taky take velmi moc jen jenom vzdy
    nikdy ted dnes zitra vcera rano vecer noc den tyden hodina hodin pondeli utery streda ctvrtek patek sobota
    nedele ahoj cau dekuji diky prosim prominte promin dobry dobre dobrou vsechno nic neco nekdo doma domu prace
    praci skola deti mama tata bratr sestra miluju uvidime sejdeme schuzka prijdu prijdes zavolam zavolej pozdravem
    narozeninam spolu potom pozdeji dva tri ctyri pet sest sedm osm devet deset minut pockej cekam zapomnel klice
    unaveny nemocny penize hotovo jidlo vecere veceri opravdu posilam
    """,
    "Hungarian": """
    en te o mi ti ok nekem neked neki nekunk az egy es vagy de mert hogy ha amikor mit ki kit hol hova mikor miert
    hogyan mennyi melyik vagyok van vagyunk vannak volt voltam lesz leszek nem igen nincs sem csak mar meg is nagyon
    most ma holnap tegnap este reggel ejjel nap het ora orakor hetfo kedd szerda csutortok pentek szombat vasarnap
    szia sziasztok hello koszonom koszi kerlek legyszi bocsanat bocsi viszlat jo jol minden semmi valami valaki
    tudok tudsz tud tudom akarok akarsz kell lehet szeretnek szeretnem szeretlek megyek mesz megy jovok jossz jon
    csinalsz csinalok itthon otthon haza munka munkahelyen iskola gyerekek anya apa testver barat baratom
    talalkozunk talalkozzunk hivlak boldog szuletesnapot udvozlettel talan akkor utan elott nelkul ket harom negy ot
    hat nyolc kilenc tiz perc varj varok elfelejtettem kulcs faradt beteg penz kesz etel vacsora tenyleg kuldom
    """,
    "Romanian": """
    eu tu el ea noi voi ei ele un o unui unei al ai ale de la in din pe cu fara pentru despre si sau dar ca sa daca
    cand unde cum cine ce care cat sunt esti este suntem sunteti era eram fost fi am are avem aveti au pot poti
    poate putem vreau vrei vrea trebuie stiu stii stie merg mergi merge mergem vin vii vine veni fac faci face facem
    vad vezi nu da niciodata mereu deja inca foarte mult multa multe mai putin tot toata toti nimic ceva cineva bine
    rau bun buna salut multumesc mersi scuze te rog poftim maine azi astazi ieri seara diseara dimineata noapte zi
    saptamana ora luni marti miercuri joi vineri sambata duminica casa acasa munca scoala copii mama tata frate sora
    prieten prietena iubesc vedem intalnim sun suna pupici drag stimate multi ani aniversare sedinta acum atunci
    apoi aici acolo meu mea tau ta lui doi trei patru cinci sase sapte opt noua zece minute asteapta astept trimite
    trimit uitat cheile obosit bolnav bani gata mancare masa cina sigur
    """,
}

# Words of English texts that keep their marks, so that the marks tell of no other language.
LOANS = """
café cafés cliché clichés clichéd touché naïve naïvely naïveté crème brûlée fraîche déjà à vis voilà jalapeño
jalapeños piñata piñatas señor señora señorita mañana über doppelgänger smörgåsbord açaí açai façade façades résumé
résumés protégé décor entrée entrées sauté sautéed soufflé rosé maté pokémon phở bánh mì tête pâté mâché risqué
passé exposé flambé gruyère fête fêtes crêpe crêpes château ménage métier première élan étude études blasé coupé né
née fiancé fiancée fiancés fiancées frappé purée être soirée soirées matinée matinées cortège après émigré
communiqué rôle hôtel coöperate glühwein niño niña piña éclair éclairs crudités bête mêlée outré séance plié
appliqué croûton croûtons gâteau müsli jäger spätzle
"""

# One of these is enough where a message has one or two words.
CLEAR: dict[str, str] = {
    "French": "merci bonjour bonsoir coucou désolé désolée oui pourquoi d'accord salut",
    "German": "danke bitte tschüss nein genau entschuldigung vielleicht gerne glückwunsch hallo",
    "Spanish": "gracias hola perdón perdon felicidades buenas buenos",
    "Italian": "grazie prego buongiorno buonasera buonanotte scusa auguri",
    "Portuguese": "obrigado obrigada olá parabéns desculpa desculpe",
    "Dutch": "bedankt dankjewel alsjeblieft goedemorgen gefeliciteerd",
    "Polish": "dziękuję dziekuje dzięki dzieki cześć przepraszam proszę",
    "Swedish": "tack",
    "Norwegian": "takk",
    "Turkish": "teşekkürler tesekkurler merhaba günaydın",
    "Indonesian": "makasih",
    "Finnish": "kiitos kiitti",
    "Czech": "děkuji díky",
    "Hungarian": "köszönöm köszi szia",
    "Romanian": "mulțumesc multumesc",
}

# Letters with marks and the languages that use them.
MARKS: dict[str, str] = {
    "Spanish": "áéíóúñü",
    "French": "àâçèéêëîïôùûœ",
    "German": "äöüß",
    "Italian": "àèéìòù",
    "Portuguese": "áâãàçéêíóôõú",
    "Dutch": "éëïö",
    "Polish": "ąćęłńóśźż",
    "Swedish": "åäö",
    "Danish": "åæø",
    "Norwegian": "åæø",
    "Turkish": "çğıöşü",
    "Vietnamese": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "Finnish": "äö",
    "Czech": "áčďéěíňóřšťúůýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîșşțţ",
}
