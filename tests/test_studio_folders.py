"""What a training may read, and where files that are sent may come to lie: never anything else."""

import itertools
import json
import os
import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest

from aoede.errors import AoedeError, InputError, MissingError, OutputError, UsageError
from aoede.learning.dataset import looked_through
from aoede.learning.finding import OUTSIDE
from aoede.studio import datasets
from aoede.studio import folders as folders_module
from aoede.studio.folders import Folders

POEM = "The wind went out to meet the sea and sang of nothing there.\n" * 40


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """poems/old, .secret and .poems in a root; private beside it."""
    root = tmp_path / "root"
    for name in ("poems/old", ".secret/deep", "poems/.git"):
        (root / name).mkdir(parents=True)
    (root / "poems" / "one.txt").write_text(POEM)
    (root / "poems" / ".hidden.txt").write_text(POEM)
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "diary.txt").write_text(POEM.replace("wind", "diary"))
    return root


@pytest.fixture
def folders(root: Path) -> Folders:
    return Folders([root])


def opened(folders: Folders, *names: str) -> str:
    """The id of a folder by the names on the way."""
    id_ = folders.listed()[0]["id"]
    for name in names:
        id_ = next(each["id"] for each in folders.opened(id_)["folders"] if each["name"] == name)
    return id_


def test_a_folder_is_opened_by_ids_from_the_root_down_and_hidden_ones_are_not_there(
    folders: Folders, root: Path
) -> None:
    top = folders.opened(folders.listed()[0]["id"])
    assert [each["name"] for each in top["folders"]] == ["poems"]
    assert top["parent"] is None
    poems = folders.opened(opened(folders, "poems"))
    assert [each["name"] for each in poems["folders"]] == ["old"]
    assert poems["files"] == {"txt": 1}
    assert poems["parent"] == top["id"]
    assert folders.path_of(opened(folders, "poems", "old")) == root / "poems" / "old"


def test_an_id_says_nothing_and_is_another_in_every_studio(root: Path) -> None:
    one, other = Folders([root]), Folders([root])
    assert one.listed()[0]["id"] != other.listed()[0]["id"]
    with pytest.raises(MissingError):
        other.path_of(one.listed()[0]["id"])


def test_a_folder_that_was_chosen_keeps_its_id_when_the_studio_is_started_anew(
    root: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "folders.json"
    before = Folders([root], notes)
    seen, chosen = opened(before, "poems"), opened(before, "poems", "old")
    assert before.chosen(chosen) == root / "poems" / "old"
    after = Folders([root], notes)
    assert after.path_of(chosen) == root / "poems" / "old"
    assert after.opened(chosen)["name"] == "old"
    with pytest.raises(MissingError, match="not known"):
        after.path_of(seen)  # nobody chose it
    with pytest.raises(InputError, match="not inside"):
        Folders([tmp_path / "private"], notes).path_of(chosen)
    (root / "poems" / "old").rename(root / "poems" / ".old")
    (root / "poems" / "old").symlink_to(tmp_path / "private", target_is_directory=True)
    with pytest.raises(InputError, match="something else"):
        after.path_of(chosen)
    (root / "poems" / "old").unlink()
    with pytest.raises(MissingError, match="not there"):
        Folders([root], notes).path_of(chosen)


@pytest.mark.parametrize("told", ["", "[]", "{", '{"x": "/etc"}', '{"' + "0" * 32 + '": ["/etc"]}'])
def test_notes_of_folders_that_are_damaged_or_of_somebody_else_open_nothing(
    root: Path, tmp_path: Path, told: str
) -> None:
    notes = tmp_path / "folders.json"
    notes.write_text(told)
    for id_ in ("x", "0" * 32):
        with pytest.raises(MissingError):
            Folders([root], notes).path_of(id_)
    notes.write_text(
        json.dumps({"0" * 32: str(tmp_path / "private"), "1" * 32: f"{root}/poems/../../private"})
    )
    for id_ in ("0" * 32, "1" * 32):
        with pytest.raises(InputError):
            Folders([root], notes).path_of(id_)


def test_of_folders_that_were_chosen_the_newest_are_known(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders_module, "MOST_CHOSEN", 1)
    before = Folders([root], tmp_path / "folders.json")
    old, new = opened(before), opened(before, "poems")
    before.chosen(old)
    before.chosen(new)
    after = Folders([root], tmp_path / "folders.json")
    assert after.path_of(new) == root / "poems"
    with pytest.raises(MissingError):
        after.path_of(old)


def _traversals() -> list[str]:
    """More than 200 ways to say a place outside, as a folder, an id or the name of a file."""
    steps = (
        "..",
        "../..",
        "..\\..",
        "....//..",
        "%2e%2e",
        "..%2f..",
        "%252e%252e%252f",
        "．．",
        "‥",
        "..;",
        ".\\..",
        "x/../..",
    )
    places = (
        "etc/passwd.txt",
        "root/.ssh/key.txt",
        "private/diary.txt",
        "a.mid",
        "windows/win.ini.txt",
        "b.csv",
    )
    joined = [f"{step}{slash}{place}" for step in steps for slash in ("/", "\\") for place in places]
    absolute = [
        f"{start}{place}"
        for start in ("/", "//", "\\\\host\\", "C:\\", "C:/", "file:///", "~/")
        for place in places
    ]
    signs = [
        f"a{sign}.mid"
        for sign in ("\0", "\n", "\r", "\x1b", "\x7f", "\u202e", "\u2028", "\ue000", "\\", "\ufeff")
    ]
    ends = [
        "",
        ".",
        "..",
        "/",
        "a/",
        "/a.mid",
        "a//b.mid",
        "./a.mid",
        "a/./b.mid",
        ".a.mid",
        "a/.b/c.mid",
        " ",
        " /a.mid",
    ]
    long = ["a" * 500 + ".mid", "/".join("abcdefg") + ".mid", "../" * 130 + "a.mid", "\ud800.mid"]
    both = [f"{place}\0.mid" for place in places] + [f"../{place}\0.mid" for place in places]
    return joined + absolute + signs + ends + long + both + [f"ok/{step}/a.mid" for step in steps[:6]]


TRAVERSALS = _traversals()


def test_no_name_of_a_file_leads_out_of_its_set(tmp_path: Path) -> None:
    assert len(TRAVERSALS) >= 200
    made = datasets.begun(tmp_path / "home", "songs")
    files = datasets.path_of(tmp_path / "home", made["id"])
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(files)}
    taken = []
    for number, name in enumerate(TRAVERSALS):
        upload = tmp_path / "home" / f"upload-{number}"
        upload.write_bytes(b"MThd%d" % number)
        with suppress(UsageError):
            taken.append((name, datasets.added(tmp_path / "home", made["id"], name, upload)))
        upload.unlink(missing_ok=True)
    assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(files)} == before
    assert taken == []


def test_no_such_name_is_a_folder_or_a_set(folders: Folders, tmp_path: Path) -> None:
    for name in TRAVERSALS:
        with pytest.raises(MissingError):
            folders.path_of(name)
        with pytest.raises(AoedeError):
            datasets.path_of(tmp_path / "home", name)


def test_a_folder_that_becomes_a_link_is_refused_even_inside_the_root(folders: Folders, root: Path) -> None:
    poems = opened(folders, "poems")
    for target in (root.parent / "private", root / ".secret", root / "poems-moved"):
        path = root / "poems"
        path.rename(root / "poems-moved")
        path.symlink_to(target, target_is_directory=True)
        with pytest.raises(InputError, match="something else"):
            folders.path_of(poems)
        path.unlink()
        (root / "poems-moved").rename(path)
    assert folders.path_of(poems) == root / "poems"


def test_a_folder_above_that_becomes_a_link_is_noticed_too(folders: Folders, root: Path) -> None:
    old = opened(folders, "poems", "old")
    (root / "poems").rename(root.parent / "away")
    (root / "poems").symlink_to(root.parent / "away", target_is_directory=True)
    with pytest.raises(InputError):
        folders.path_of(old)


def test_links_out_of_the_root_are_not_listed_and_those_inside_are(folders: Folders, root: Path) -> None:
    (root / "out").symlink_to(root.parent / "private", target_is_directory=True)
    (root / "hidden").symlink_to(root / ".secret", target_is_directory=True)
    (root / "nowhere").symlink_to(root / "missing")
    (root / "circle").symlink_to(root / "circle")
    (root / "old").symlink_to(root / "poems" / "old", target_is_directory=True)
    names = [each["name"] for each in folders.opened(opened(folders))["folders"]]
    assert names == ["old", "poems"]
    assert folders.path_of(opened(folders, "old")) == root / "poems" / "old"


def test_a_folder_that_is_gone_or_a_file_by_now_is_said_so(folders: Folders, root: Path) -> None:
    old = opened(folders, "poems", "old")
    (root / "poems" / "old").rmdir()
    with pytest.raises(MissingError):
        folders.path_of(old)
    (root / "poems" / "old").write_text("a file")
    with pytest.raises(InputError):
        folders.path_of(old)


def test_names_that_are_no_text_can_be_listed(folders: Folders, root: Path) -> None:
    (root / os.fsdecode(b"caf\xe9")).mkdir()
    shown = [each["name"] for each in folders.opened(opened(folders))["folders"]]
    assert shown == ["caf\ufffd", "poems"]
    assert folders.path_of(opened(folders, "caf\ufffd")).is_dir()


def test_links_to_files_and_folders_outside_are_not_read_and_named(root: Path) -> None:
    (root / "poems" / "stolen.txt").symlink_to(root.parent / "private" / "diary.txt")
    (root / "poems" / "all").symlink_to(root.parent / "private", target_is_directory=True)
    (root / "poems" / "again.txt").symlink_to(root / "poems" / "one.txt")
    found = looked_through(root / "poems", kinds=("text",), within=[root])
    assert [item.value.text.strip() for item in found.items] == [POEM.strip()]
    told = {row.path: row.remarks for row in found.report.rows if row.remarks}
    assert told["stolen.txt"] == told["all"] == (f"a link: {OUTSIDE}",)
    assert any("diary" in item.value.text for item in looked_through(root / "poems", kinds=("text",)).items)


def test_a_folder_outside_is_not_read_at_all(root: Path) -> None:
    with pytest.raises(InputError, match="outside"):
        looked_through(root.parent / "private", kinds=("text",), within=[root])
    (root / "link").symlink_to(root.parent / "private", target_is_directory=True)
    with pytest.raises(InputError, match="outside"):
        looked_through(root / "link", kinds=("text",), within=[root])


# Files that are sent


def sent(home: Path, dataset: str, name: str, data: bytes = b"MThd") -> dict[str, object]:
    upload = home / "upload"
    upload.write_bytes(data)
    try:
        return datasets.added(home, dataset, name, upload)
    finally:
        upload.unlink(missing_ok=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Für Elise.mid", "Für Elise.mid"),
        ("我的歌/第一首.MID", "我的歌/第一首.MID"),
        ("yes/take 1.wav", "yes/take 1.wav"),
        ('a<b>|"c?*.mid', "a_b___c__.mid"),
        ("Symphony No. 5: Allegro.mid", "Symphony No. 5_ Allegro.mid"),
        ("9:30: take 2/a:b.wav", "9_30_ take 2/a_b.wav"),
        ("a.mid:stream.mid", "a.mid_stream.mid"),
        ("第一首：春／夏？～.mid", "第一首：春／夏？～.mid"),
        ("“Yes” – no … 100％ ♥.mid", "“Yes” – no … 100％ ♥.mid"),
        ("\U0001f469\u200d\U0001f467.mid", "\U0001f469_\U0001f467.mid"),
        ("…and justice.mid", "…and justice.mid"),
        ("~draft.mid", "_~draft.mid"),
        ("con.mid", "_con.mid"),
        ("ＣＯＮ.mid", "_ＣＯＮ.mid"),
        ("a\u00a0b.mid", "a_b.mid"),
        ("e\u0301tude.mid", "étude.mid"),
        ("x" * 300 + ".mid", "x" * 116 + ".mid"),
        ("歌" * 100 + ".mid", "歌" * 38 + ".mid"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_a_plain_one(home: Path, given: str, kept: str) -> None:
    made = datasets.begun(home, "songs")
    assert sent(home, made["id"], given)["name"] == kept
    files = datasets.path_of(home, made["id"])
    assert [path.relative_to(files).as_posix() for path in files.rglob("*.*") if path.is_file()] == [kept]
    assert datasets.row_of(home, made["id"])["names"] == [unicodedata.normalize("NFC", given)]


def test_files_whose_names_had_to_be_changed_are_shown_by_their_own(home: Path) -> None:
    made = datasets.begun(home, "songs")["id"]
    for name, data in (
        ("a:b.mid", b"1"),
        ("a?b.mid", b"2"),
        ("a:b.mid", b"3"),
        ("a_b.mid", b"1"),
        ("c.mid", b"4"),
    ):
        sent(home, made, name, data)
    assert datasets.row_of(home, made)["names"] == ["a:b (3).mid", "a:b.mid", "a?b.mid", "c.mid"]
    names = datasets.path_of(home, made).parent / datasets.NAMES
    for told in (b"", b"[]", b"{", b'{"a": []}'):
        names.write_bytes(told)
        assert datasets.row_of(home, made)["names"] == ["a_b (2).mid", "a_b (3).mid", "a_b.mid", "c.mid"]


def test_the_same_file_is_kept_once_and_another_of_its_name_gets_a_number(home: Path) -> None:
    made = datasets.begun(home, "songs")["id"]
    names = [sent(home, made, "a.mid", data)["name"] for data in (b"1", b"1", b"2", b"3", b"2")]
    assert names == ["a.mid", "a.mid", "a (2).mid", "a (3).mid", "a (2).mid"]
    assert datasets.row_of(home, made)["n_files"] == 3


def test_a_file_that_nothing_can_be_learnt_from_is_refused_with_those_that_can(home: Path) -> None:
    made = datasets.begun(home, "songs")["id"]
    for name in ("a.exe", "a", "a.mid.sh", "a.pdf"):
        with pytest.raises(UsageError, match="nothing is learnt") as told:
            sent(home, made, name)
        assert ".mid" in told.value.hint


def test_links_that_were_planted_are_neither_followed_nor_written_over(home: Path, tmp_path: Path) -> None:
    made = datasets.begun(home, "songs")["id"]
    files, outside = datasets.path_of(home, made), tmp_path / "outside"
    outside.mkdir()
    (files / "a.mid").symlink_to(outside / "planted.mid")
    (files / "b").symlink_to(outside, target_is_directory=True)
    assert sent(home, made, "a.mid")["name"] == "a (2).mid"
    with pytest.raises(OutputError, match="link"):
        sent(home, made, "b/c.mid")
    assert list(outside.iterdir()) == []
    assert datasets.row_of(home, made)["names"] == ["a (2).mid"]


def test_a_set_that_became_a_link_is_no_set(home: Path, tmp_path: Path) -> None:
    made = datasets.begun(home, "songs")["id"]
    outside = tmp_path / "outside"
    (outside / datasets.FILES).mkdir(parents=True)
    folder = home / datasets.DATASETS / made
    folder.rename(tmp_path / "away")
    folder.symlink_to(outside, target_is_directory=True)
    for use in (datasets.path_of, datasets.row_of, datasets.removed):
        with pytest.raises(MissingError):
            use(home, made)
    assert datasets.listed(home) == []
    assert outside.is_dir()


def test_a_set_holds_so_many_files_and_bytes_and_no_more(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = datasets.begun(home, "songs")["id"]
    monkeypatch.setattr(datasets, "MAX_FILES", 3)
    for number in range(3):
        sent(home, made, f"{number}.mid", b"%d" % number)
    with pytest.raises(UsageError, match="at most 3 files"):
        sent(home, made, "4.mid")
    monkeypatch.setattr(datasets, "MAX_FILES", 10)
    monkeypatch.setattr(datasets, "MAX_BYTES", 10)
    with pytest.raises(UsageError, match="at most 10 bytes"):
        sent(home, made, "5.mid", b"12345678")
    monkeypatch.setattr(datasets, "MAX_FILE_BYTES", 2)
    with pytest.raises(UsageError, match="larger than 2 bytes"):
        sent(home, made, "6.mid", b"123")
    assert datasets.row_of(home, made)["n_files"] == 3


def test_sets_are_listed_with_what_is_in_them_and_removed_whole(home: Path) -> None:
    ids = [datasets.begun(home, name)["id"] for name in ("Bach", "我的歌")]
    assert all(datasets.ID.fullmatch(id_) for id_ in ids)
    sent(home, ids[0], "a.mid")
    sent(home, ids[0], "b.txt", b"text")
    rows = {row["id"]: row for row in datasets.listed(home)}
    assert {row["name"] for row in rows.values()} == {"Bach", "我的歌"}
    assert rows[ids[0]]["files"] == {"mid": 1, "txt": 1}
    assert rows[ids[0]]["n_bytes"] == 8
    datasets.removed(home, ids[0])
    assert [row["id"] for row in datasets.listed(home)] == [ids[1]]


def test_ids_of_sets_never_meet(home: Path) -> None:
    ids = [datasets.begun(home, "the same name")["id"] for _ in range(20)]
    assert all(one != other for one, other in itertools.combinations(ids, 2))
