"""Signs by which files are told apart: common characters, and the first bytes of files that are no text."""

# Common in Chinese of today and in old poems, simplified and traditional.
COMMON_HANZI = frozenset(
    "的一是不了人我在有他这這中大来來上国國个個到说說们們为為子和你地出道也时時年得就那要下以生会會自着著去之过過家"
    "学學对對可里裡后後小么麼心多天而能好都然没沒日于於起还還发發成事只作当當想看文无無开開手十用主行方又如前所本见見"
    "经經头頭面公同三已老从從动動两兩长長知民样樣现現分将將外但身些与與高意进進把法此实實回二理美点點月明其种種声聲"
    "全工己话話儿兒者向情部正名定女问問力机機给給等几幾很业業最间間新什打便位因重被走四第门門相次东東海口使教西再平真"
    "听聽世气氣信北少关關并内內加化由却卻代入先山五太水万萬市眼体體别別处處总總才场場书書比住九笑性通目华華立马馬命"
    "活难難神安表原车車白应應路期叫死常提感金何更反合放做或受光王果亲親及今京解各至清物台象记記边邊共风風接它许許八"
    "觉覺望直服林题題建南度色字请請交爱愛让讓认認百吃义義怎元结結六思非流每青管夫连連远遠带帶花快条條院变變言往传傳"
    "近留红紅周半候七必城父步完深即求士转轉空轻輕江语語满滿息写寫呢极極令黄黃收脸臉未取始双雙越千片容像找友孩站早房"
    "音火则則首单單影失香似石若春云雲秋夜梦夢酒楼樓愁君归歸寒落雨泪淚尽盡飞飛晚帘簾柳芳玉"
)

# Beside them, what Chinese texts have, and English ones that were written there.
HANZI_SIGNS = frozenset("，。、；：？！‘’“”「」『』《》〈〉（）【】—…·　")

# Beside letters, what texts in Windows-1252 have.
OTHER_WESTERN_SIGNS = frozenset("‘’“”‚„«»‹›–—…•·¡¿§¶°©®™€£¢½¼¾×´¨\xa0\xad")

# Offset, bytes, what the file is.
MAGIC = (
    (0, b"%PDF-", "a PDF"),
    (0, b"{\\rtf", "a rich text document (RTF)"),
    (0, b"PK\x03\x04", "a ZIP archive, or a document that is one (docx, odt, xlsx, epub)"),
    (0, b"\xd0\xcf\x11\xe0", "an old Office document (doc, xls)"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh91AY&SY", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"\x89PNG\r\n", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF87a", "a GIF picture"),
    (0, b"GIF89a", "a GIF picture"),
    (8, b"WEBPVP8", "a WebP picture"),
    (8, b"WAVEfmt ", "a WAV recording"),
    (0, b"ID3\x02", "an MP3 recording"),
    (0, b"ID3\x03", "an MP3 recording"),
    (0, b"ID3\x04", "an MP3 recording"),
    (0, b"fLaC\0", "a FLAC recording"),
    (0, b"OggS\0", "an Ogg recording"),
    (4, b"ftyp", "an MP4 recording"),
    (0, b"MThd\0\0\0", "a MIDI file"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"\x7fELF", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (257, b"ustar", "a tar archive"),
)  # fmt: skip
