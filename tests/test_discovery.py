"""Which files are found: as git sees them, without what nobody wrote, and with the project around them."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from promptlint.discovery import PathError, Project, discover, repository
from promptlint.discovery.files import MOST_BYTES, Files
from promptlint.discovery.gitignore import decision, parse

NEEDLE = b"promptlint:"


def tree(root: Path, *names: str) -> None:
    """A folder with empty files of these names; a name that ends in a slash is a folder."""
    for name in names:
        path = root / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.touch()


def write(root: Path, texts: Mapping[str, str]) -> None:
    """Write files by their names."""
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def targets(*paths: Path | str) -> list[str]:
    """What is to be reported on, over all projects."""
    return sorted(target for project in discover([str(path) for path in paths]) for target in project.targets)


def only(projects: Iterable[Project]) -> Project:
    """The one project."""
    (project,) = projects
    return project


# --- ignore files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "path", "ignored"),
    [
        pytest.param("app.py", "app.py", True, id="a name matches at the top"),
        pytest.param("app.py", "a/b/app.py", True, id="a name matches anywhere below"),
        pytest.param("app.py", "my_app.py", None, id="a name matches as a whole"),
        pytest.param("/app.py", "a/app.py", None, id="a slash at the start anchors"),
        pytest.param("a/app.py", "b/a/app.py", None, id="a slash within anchors"),
        pytest.param("a/*.py", "a/b/app.py", None, id="a star does not cross a slash"),
        pytest.param("a/**/app.py", "a/app.py", True, id="two stars match no folder"),
        pytest.param("a/**/app.py", "a/b/c/app.py", True, id="two stars match many folders"),
        pytest.param("**/b/app.py", "a/b/app.py", True, id="two stars at the start"),
        pytest.param("a/**", "a/b", True, id="two stars at the end match what is inside"),
        pytest.param("a/**", "a", None, id="two stars at the end do not match the folder itself"),
        pytest.param("app.py/", "app.py", None, id="a slash at the end means folders only"),
        pytest.param("*.py\n!app.py", "app.py", False, id="a later line takes back"),
        pytest.param("!app.py\n*.py", "app.py", True, id="the last line decides"),
        pytest.param("[!b]pp.py", "app.py", True, id="a negated set"),
        pytest.param("[^a]pp.py", "app.py", None, id="git spells it with ^ as well"),
        pytest.param("\\!app.py", "!app.py", True, id="an escaped exclamation mark"),
        pytest.param("\\#app.py", "#app.py", True, id="an escaped hash"),
        pytest.param("\\*.py", "app.py", None, id="an escaped star is a star"),
        pytest.param("# app.py", "app.py", None, id="a comment"),
        pytest.param("app.py  \r", "app.py", True, id="blanks and a carriage return at the end of the line"),
        pytest.param("app.py\\ ", "app.py ", True, id="an escaped blank at the end"),
        pytest.param("\ufeffapp.py", "app.py", True, id="a byte order mark"),
        pytest.param("app.py\\", "app.py", None, id="a backslash at the end matches nothing"),
    ],
)
def test_a_line_of_an_ignore_file_means_what_git_says(rules: str, path: str, ignored: bool | None) -> None:
    assert decision(parse(rules), path, folder=False) is ignored


def test_many_stars_take_no_time() -> None:
    assert decision(parse("*a" * 60 + "b"), "a" * 200, folder=False) is None
    assert decision(parse("**/a/" * 60 + "b"), "a/" * 200 + "c", folder=False) is None


PATTERNS = (
    *("*", "**", "/*", "*/", "!*/", "!**/", "a", "a/", "/a", "!a", "!a/", "/a/b.py", "a/*", "a/**", "a/**/", "!a/b.py"),
    *("b.py", "!b.py", "*.py", "!*.py", "**/b.py", "*/b.py", "*/*/b.py", "a/**/b.py", "**/a/**/c", "a**", "c/**"),
    *(
        "**/c",
        "!/c/",
        "[ab].py",
        "[!a]",
        "[^b].py",
        "a?",
        "x ",
        "\\*.py",
        "b\\.py",
        "a\\",
        "!",
        "/",
        "#x",
        "/**/b/*.py",
    ),
)


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@pytest.mark.parametrize("seed", range(8))
def test_the_files_are_those_that_git_lists(seed: int, tmp_path: Path) -> None:
    folders = ["", "a/", "b/", "c/", *(f"{one}/{two}/" for one in "abc" for two in "abc")]
    tree(tmp_path, *(f"{folder}{name}.py" for folder in folders for name in "abx"))
    git(tmp_path, "init", "--quiet")
    choice = random.Random(seed)
    for _ in range(20):
        rules = {f: choice.choices(PATTERNS, k=4) for f in choice.sample(folders, 3)}
        write(tmp_path, {f"{folder}.gitignore": "\n".join(lines) for folder, lines in rules.items()})
        listed = git(tmp_path, "ls-files", "--others", "--exclude-standard", "-z", "--", "*.py").split("\0")
        assert (rules, targets(tmp_path)) == (rules, sorted(filter(None, listed)))
        for folder in rules:
            (tmp_path / f"{folder}.gitignore").unlink()


def git(folder: Path, *arguments: str) -> str:
    """What git says, untouched by the settings of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "XDG_CONFIG_HOME": str(folder / ".none")}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=clean | alone, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_an_ignore_file_has_the_last_word_over_a_gitignore(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "b.py")
    write(tmp_path, {".gitignore": "a.py\n", ".ignore": "!a.py\nb.py\n"})
    assert targets(tmp_path) == ["a.py"]


def test_the_excludes_of_the_repository_count(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "b.py")
    write(tmp_path, {".git/info/exclude": "b.py\n"})
    assert targets(tmp_path) == ["a.py"]


def test_rules_above_a_folder_hold_when_only_the_folder_is_asked_for(tmp_path: Path) -> None:
    tree(tmp_path, ".git/", "app/a.py", "app/made/b.py")
    write(tmp_path, {".gitignore": "made/\n"})
    assert targets(tmp_path / "app") == ["app/a.py"]


# --- what is left out -------------------------------------------------------------------------------------------------


def test_what_nobody_wrote_by_hand_is_left_out(tmp_path: Path) -> None:
    tree(
        tmp_path,
        *("app/a.py", "app/a.pyi", "app/a.txt", "app/.hidden.py"),
        *(".venv/a.py", ".tox/a.py", "venv/a.py", "node_modules/a.py", "app/__pycache__/a.py", "build/a.py"),
        *("env/pyvenv.cfg", "env/lib/a.py", "site-packages/a.py"),
    )
    assert targets(tmp_path) == ["app/.hidden.py", "app/a.py"]


def test_a_folder_asked_for_by_name_is_checked_though_it_would_be_left_out(tmp_path: Path) -> None:
    tree(tmp_path, ".git/", "app.py", "build/a.py", ".tools/b.py", "env/pyvenv.cfg", "env/c.py", "made/d.py")
    write(tmp_path, {".gitignore": "made/\n"})
    asked = [tmp_path / name for name in ("build", ".tools", "env", "made")]
    assert targets(*asked) == [".tools/b.py", "build/a.py", "env/c.py", "made/d.py"]


def test_a_file_asked_for_by_name_is_checked_whatever_it_is_called(tmp_path: Path) -> None:
    tree(tmp_path, "build/a.py", "script")
    assert targets(tmp_path / "build" / "a.py", tmp_path / "script") == ["build/a.py", "script"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "inside/a.py", "outside/b.py")
    (tmp_path / "inside" / "link.py").symlink_to(tmp_path / "outside" / "b.py")
    (tmp_path / "inside" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "inside" / "loop").symlink_to(tmp_path / "inside")
    assert targets(tmp_path / "inside") == ["a.py"]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, ".git/", "app/a.py", "app/locked/b.py", "other/locked/c.py")
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    project = only(discover([str(tmp_path / "app")]))
    assert (project.targets, project.unlisted) == ({"app/a.py"}, (("app/locked", "Permission denied"),))


# --- the project around what is asked for -----------------------------------------------------------------------------


def test_all_of_a_repository_is_context(tmp_path: Path) -> None:
    tree(tmp_path, ".git/", "one/pyproject.toml", "one/a.py", "two/b.py")
    project = only(discover([str(tmp_path / "one" / "a.py")]))
    assert (project.root, project.paths, project.targets) == (tmp_path, ("one/a.py", "two/b.py"), {"one/a.py"})


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.py"])
def test_without_a_repository_the_nearest_project_is_context(marker: str, tmp_path: Path) -> None:
    tree(tmp_path, "pyproject.toml", "other.py", f"one/{marker}", "one/app/a.py", "one/tests/b.py")
    project = only(discover([str(tmp_path / "one" / "app")]))
    assert (project.root, project.targets) == (tmp_path / "one", {"app/a.py"})
    assert {"app/a.py", "tests/b.py"} <= set(project.paths)


def test_without_any_the_folder_itself_is_context(tmp_path: Path) -> None:
    tree(tmp_path, "app/a.py", "app/b.py", "c.py")
    project = only(discover([str(tmp_path / "app" / "a.py")]))
    assert (project.root, project.paths) == (tmp_path / "app", ("a.py", "b.py"))


def test_a_home_folder_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    tree(tmp_path, ".git/", "photos.py", "app/a.py")
    assert only(discover([str(tmp_path / "app")])).root == tmp_path / "app"


def test_unrelated_projects_are_read_apart(tmp_path: Path) -> None:
    tree(tmp_path, "one/setup.py", "one/a.py", "two/setup.py", "two/b.py")
    projects = discover([str(tmp_path / "two"), str(tmp_path / "one" / "a.py")])
    assert [(project.root.name, project.targets) for project in projects] == [
        ("one", {"a.py"}),
        ("two", {"setup.py", "b.py"}),
    ]


def test_a_project_within_another_that_is_asked_for_is_part_of_it(tmp_path: Path) -> None:
    tree(tmp_path, "setup.py", "one/setup.py", "one/a.py")
    project = only(discover([str(tmp_path), str(tmp_path / "one")]))
    assert (project.root, project.targets) == (tmp_path, {"setup.py", "one/setup.py", "one/a.py"})


def test_what_is_given_need_not_exist(tmp_path: Path) -> None:
    tree(tmp_path, "setup.py", "app/")
    name = str(tmp_path / "app" / "new.py")
    project = only(discover([name], given=[name]))
    assert (project.root, project.paths, project.targets) == (tmp_path, ("app/new.py", "setup.py"), {"app/new.py"})


def test_the_top_of_a_repository_is_found_from_within(tmp_path: Path) -> None:
    tree(tmp_path, "repository/.git/", "repository/a/b/", "elsewhere/")
    assert repository(tmp_path / "repository" / "a" / "b") == tmp_path / "repository"
    assert repository(tmp_path / "elsewhere") is None


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PathError, match=r"^missing\.py: no such file or folder$"):
        discover(["missing.py"])


def test_a_link_that_leads_nowhere_and_a_pipe_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    os.mkfifo(tmp_path / "pipe.py")
    for name in ("loop.py", "pipe.py"):
        with pytest.raises(PathError, match=f"{name}: is neither a file nor a folder$"):
            discover([str(tmp_path / name)])


# --- reading ----------------------------------------------------------------------------------------------------------


def files(root: Path, *paths: str, given: Mapping[str, bytes] | None = None) -> Files:
    """The files of a project."""
    return Files(root, paths, given or {}, NEEDLE)


def test_files_are_read_when_asked_for_and_not_kept(tmp_path: Path) -> None:
    found = files(tmp_path, "a.py")
    (tmp_path / "a.py").write_bytes(b"1")
    assert found["a.py"] == b"1"
    (tmp_path / "a.py").write_bytes(b"2")
    assert found["a.py"] == b"2"


def test_only_the_files_of_the_project_are_there(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "b.py")
    found = files(tmp_path, "a.py")
    assert (list(found), len(found), "a.py" in found, "b.py" in found) == (["a.py"], 1, True, False)
    assert found.get("b.py") is None


def test_asking_whether_a_file_is_there_does_not_read_it(tmp_path: Path) -> None:
    found = files(tmp_path, "vanished.py")
    assert "vanished.py" in found
    assert found.unreadable == {}


def test_a_file_that_vanished_is_empty_and_told(tmp_path: Path) -> None:
    found = files(tmp_path, "vanished.py")
    assert found["vanished.py"] == b""
    assert found.unreadable == {"vanished.py": "cannot be read: No such file or directory"}


def test_a_pipe_in_the_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    found = files(tmp_path, "pipe.py")
    assert found["pipe.py"] == b""
    assert found.unreadable == {"pipe.py": "cannot be read: it is not a regular file"}


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.py").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    found = files(tmp_path, "huge.py")
    assert found["huge.py"] == b""
    assert found.unreadable == {"huge.py": "cannot be read: it is longer than 16 MB"}


def test_what_is_given_stands_in_for_what_is_on_disk(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"old")
    assert files(tmp_path, "a.py", given={"a.py": b"new"})["a.py"] == b"new"


def test_the_files_which_hold_a_comment_for_us_are_remembered(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = 1  # promptlint: ignore[PL101]\n")
    (tmp_path / "b.py").write_bytes(b"x = 1\n")
    found = files(tmp_path, "a.py", "b.py", "c.py", given={"c.py": b"# promptlint: nothing"})
    assert [len(raw) for raw in found.values()] == [35, 6, 21]
    assert found.holding == {"a.py", "c.py"}


def test_a_line_of_a_file_is_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tree(tmp_path, "app.py")
    with pytest.raises(PathError) as refused:
        discover(["app.py:16"])
    assert str(refused.value) == (
        "app.py:16: no such file or folder: 'promptlint show app.py:16' draws the prompt there"
    )


# --- projects side by side --------------------------------------------------------------------------------------------


def parts(root: Path) -> list[tuple[str, ...]]:
    """The paths of each project in a folder."""
    projects = discover([str(root)])
    assert {project.root for project in projects} == {root}
    assert all(project.targets == frozenset(project.paths) for project in projects)
    return [project.paths for project in projects]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(
            ["a-1.0/a/x.py", "b-2.1/b/y.py", "b-2.1/b/z.py"],
            [("a-1.0/a/x.py",), ("b-2.1/b/y.py", "b-2.1/b/z.py")],
            id="unpacked packages",
        ),
        pytest.param(
            ["a/.git/", "b/.git/", "a/x.py", "b/y.py"], [("a/x.py",), ("b/y.py",)], id="repositories"
        ),
        pytest.param(["a/x.py", "b/y.py"], [("a/x.py", "b/y.py")], id="packages that may import each other"),
        pytest.param(["a-1.0/x.py", "b/y.py"], [("a-1.0/x.py", "b/y.py")], id="one that another may import"),
        pytest.param(["a-1.0/x.py", "b-1.0/x.py", "y.py"], [("a-1.0/x.py", "b-1.0/x.py", "y.py")], id="a script"),
        pytest.param(
            ["pyproject.toml", "a-1/x.py", "b-1/y.py"], [("a-1/x.py", "b-1/y.py")], id="parts of one project"
        ),
    ],
)  # fmt: skip
def test_projects_that_share_no_code_are_read_apart(
    tmp_path: Path, names: list[str], expected: list[tuple[str, ...]]
) -> None:
    tree(tmp_path, *names)
    assert parts(tmp_path) == expected


def test_what_is_no_code_stays_with_the_folder_around_the_projects(tmp_path: Path) -> None:
    tree(tmp_path, "a-1/x.py", "b-1/y.py", "note.ipynb/", "prompt.j2")
    projects = discover([str(tmp_path)], (), (".py", ".j2"))
    assert [project.paths for project in projects] == [("prompt.j2",), ("a-1/x.py",), ("b-1/y.py",)]
