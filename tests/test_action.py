"""What other projects' CI takes from here: the GitHub action, the pre-commit hook, the release's own gate.

The shell steps run as the runner runs them, `bash -eo pipefail` on a file, with a fake `punchh-contract`.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from punchh_contract.cli import main

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RELEASE = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
EVENT = ROOT / "spec" / "examples" / "events" / "redemptions.create.redeemed.json"
BROKEN = ROOT / "tests" / "data" / "events" / "invalid" / "payload-is-missing.json"
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
INPUTS = ("TARGET", "FIXTURES", "OPERATIONS", "ALLOW_HOST", "BASELINE", "MAX_EXAMPLES", "SEED")
EMPTY = dict.fromkeys(INPUTS, "")
FAKE = f"""#!{sys.executable}
import json, os, sys
json.dump(sys.argv[1:], open(os.environ["SEEN"], "w"))
sys.exit(int(os.environ["STATUS"]))
"""


def step(name: str) -> dict[str, Any]:
    return next(each for each in ACTION["runs"]["steps"] if each.get("id") == name)


def bash(script: str, folder: Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    path = folder / "script.sh"
    path.write_text(script, encoding="utf-8")
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", path],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(folder / "output"), **variables},
        capture_output=True,
        text=True,
    )


def run(
    folder: Path, status: int = 0, **variables: str
) -> tuple["subprocess.CompletedProcess[str]", list[str]]:
    """Run the action's run step; gives how it ended and the arguments that `punchh-contract` got."""
    fake = folder / "bin with space" / "punchh-contract"
    fake.parent.mkdir()
    fake.write_text(FAKE, encoding="utf-8")
    fake.chmod(0o755)
    own = {
        "BIN": str(fake.parent),
        "SEEN": str(folder / "seen"),
        "STATUS": str(status),
        "REPORT_DIR": "reports",
    }
    done = bash(step("run")["run"], folder, {**EMPTY, **own, **variables})
    return done, json.loads((folder / "seen").read_text(encoding="utf-8"))


def test_with_no_inputs_the_command_has_its_own_defaults(tmp_path: Path) -> None:
    done, arguments = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert arguments == ["test", "--report-dir=reports"]


def test_every_input_arrives(tmp_path: Path) -> None:
    _, arguments = run(
        tmp_path,
        TARGET="https://sandbox.example.com",
        FIXTURES="ci/my fixtures.yaml",
        BASELINE="ci/known.yaml",
        MAX_EXAMPLES="50",
        SEED="7",
        OPERATIONS="force_redeem\n  create_online_redemption process_batch_redemption\n",
        ALLOW_HOST="sandbox.example.com\nother.example.com",
        REPORT_DIR="out put",
    )
    assert arguments == [
        "test",
        "--report-dir=out put",
        "--target=https://sandbox.example.com",
        "--fixtures=ci/my fixtures.yaml",
        "--baseline=ci/known.yaml",
        "--max-examples=50",
        "--seed=7",
        "--operation=force_redeem",
        "--operation=create_online_redemption",
        "--operation=process_batch_redemption",
        "--allow-host=sandbox.example.com",
        "--allow-host=other.example.com",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "$(touch planted)",
        "`touch planted`",
        '"; touch planted; "',
        "'; touch planted; '",
        "a\ntouch planted",
        "x && touch planted",
        "--plan",
        "-h",
        "* ? [a-z]",
        "back\\slash \\$HOME ${HOME} %s \\n",
        "${{ secrets.PUNCHH_SECRET }}",
    ],
)
def test_text_of_an_input_is_never_run_and_never_an_option(tmp_path: Path, text: str) -> None:
    done, arguments = run(tmp_path, **dict.fromkeys(EMPTY, text))
    assert done.returncode == 0
    assert not (tmp_path / "planted").exists()
    for option in ("--target", "--fixtures", "--baseline", "--max-examples", "--seed"):
        assert f"{option}={text}" in arguments
    for option in ("--operation", "--allow-host"):
        assert [each for each in arguments if each.startswith(option)] == [
            f"{option}={word}" for word in text.split()
        ]


@pytest.mark.parametrize("status", [0, 1, 2, 130])
def test_the_exit_code_is_kept_and_told(tmp_path: Path, status: int) -> None:
    done, _ = run(tmp_path, status)
    assert done.returncode == status
    assert (tmp_path / "output").read_text(encoding="utf-8") == f"exit-code={status}\n"


def test_reports_are_kept_whatever_happened() -> None:
    upload = ACTION["runs"]["steps"][-1]
    assert upload["if"] == "always()"
    assert upload["with"]["path"] == "${{ inputs.report-dir }}"


def test_no_script_holds_an_expression_and_each_step_gets_its_inputs() -> None:
    for each in ACTION["runs"]["steps"]:
        assert "${{" not in each.get("run", "")
    named = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"])))
    assert named == set(ACTION["inputs"])
    handed = {name for name, value in step("run")["env"].items() if "inputs." in value}
    assert handed == {*EMPTY, "REPORT_DIR"}


def test_inputs_are_options_of_the_command() -> None:
    command = main.get_command(click.Context(main), "test")
    assert command is not None
    known = {name for each in command.params for name in each.opts}
    used = set(re.findall(r"--[a-z-]+", step("run")["run"]))
    assert used <= known


def install(folder: Path, version: str = "") -> tuple["subprocess.CompletedProcess[str]", list[list[str]]]:
    """Run the action's install step with a Python that only notes what it is told; gives all it was told."""
    noting = folder / "python"
    noting.write_text(
        f"#!{sys.executable}\n"
        "import json, os, shutil, sys\n"
        "with open(os.environ['NOTES'], 'a') as notes: print(json.dumps(sys.argv[1:]), file=notes)\n"
        "if sys.argv[1:3] == ['-m', 'venv']:\n"
        "    os.makedirs(sys.argv[-1] + '/bin')\n"
        "    shutil.copy(__file__, sys.argv[-1] + '/bin/python')\n",
        encoding="utf-8",
    )
    noting.chmod(0o755)
    notes = folder / "notes"
    notes.touch()
    variables = {"PYTHON": noting, "ACTION": folder / "act ion", "FOLDER": folder / "run ner", "NOTES": notes}
    done = bash(
        step("install")["run"], folder, {"VERSION": version, **{k: str(v) for k, v in variables.items()}}
    )
    return done, [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]


def test_the_checkout_is_installed_with_locked_and_hashed_requirements_alone(tmp_path: Path) -> None:
    done, (venv, locked, ours) = install(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert venv[-1] == f"{tmp_path}/run ner"
    locks = [f"{tmp_path}/act ion/requirements/{name}.txt" for name in ("contract", "build")]
    assert locked[locked.index("install") + 1 :] == ["--require-hashes", "-r", locks[0], "-r", locks[1]]
    assert ours[ours.index("install") + 1 :] == ["--no-deps", "--no-build-isolation", f"{tmp_path}/act ion"]
    assert (tmp_path / "output").read_text(encoding="utf-8") == f"bin={tmp_path}/run ner/bin\n"


def test_a_released_version_is_installed_when_one_is_named(tmp_path: Path) -> None:
    done, calls = install(tmp_path, "1.2.3")
    assert done.returncode == 0
    assert calls[-1][-1] == "punchh-contract[contract]==1.2.3"


@pytest.mark.parametrize(
    "version", ["latest", "1 --index-url=x", "1; touch planted", "$(touch planted)", "1\n2"]
)
def test_a_version_that_is_none_installs_nothing(tmp_path: Path, version: str) -> None:
    done, calls = install(tmp_path, version)
    assert (done.returncode, calls) == (2, [])
    assert not (tmp_path / "planted").exists()


def test_the_hook_is_a_command_of_ours_that_judges_a_file() -> None:
    name, *words = shlex.split(HOOK["entry"])
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert name in scripts
    assert HOOK["language"] == "python"
    installed = Path(sys.executable).parent / name
    codes = [
        subprocess.run([installed, *words, str(path)], cwd=ROOT, capture_output=True).returncode
        for path in (EVENT, BROKEN)
    ]
    assert codes == [0, 1]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_gives_no_expression_to_a_shell_and_holds_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    scripts = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert scripts
    assert [each for each in scripts if EXPRESSION.search(each)] == []
    assert "://" not in text
    assert "permissions" in workflow


def test_ci_tries_every_supported_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = [each.rpartition(" ")[2] for each in project["classifiers"] if re.search(r":: 3\.\d+$", each)]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["check"]["strategy"]["matrix"]["python"] == claimed


def agreed(folder: Path, tag: str, changelog: str) -> "subprocess.CompletedProcess[str]":
    """Run the release's first gate on a project of version 1.2.3."""
    (gate,) = [each for each in RELEASE["jobs"]["build"]["steps"] if each.get("id") == "agree"]
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    # As setup-python has it: a python3 that knows tomllib.
    (folder / "python3").symlink_to(sys.executable)
    return bash(gate["run"], folder, {"TAG": tag, "PATH": f"{folder}:{os.environ['PATH']}"})


def test_a_release_needs_tag_version_and_a_dated_changelog_to_agree(tmp_path: Path) -> None:
    done = agreed(tmp_path, "v1.2.3", "# Changelog\n\n## 1.2.3 (2026-01-31)\n")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("tag", "changelog", "said"),
    [
        ("v1.2.4", "## 1.2.3 (2026-01-31)", "pyproject.toml says 1.2.3"),
        ("1.2.3", "## 1.2.3 (2026-01-31)", "the tag is 1.2.3"),
        ("v1.2.3", "## 1.2.3 (unreleased)", "no dated entry"),
        ("v1.2.3", "## 1.2.30 (2026-01-31)", "no dated entry"),
        ("v1.2.3", "## 1x2x3 (2026-01-31)", "no dated entry"),
    ],
)
def test_a_release_that_disagrees_stops(tmp_path: Path, tag: str, changelog: str, said: str) -> None:
    done = agreed(tmp_path, tag, f"# Changelog\n\n{changelog}\n")
    assert done.returncode == 1
    assert said in done.stderr


def test_publishing_has_no_token_and_comes_after_the_build() -> None:
    publish = RELEASE["jobs"]["publish"]
    assert RELEASE["permissions"] == {}
    assert publish["needs"] == "build"
    assert publish["permissions"] == {"id-token": "write", "attestations": "write", "contents": "read"}
    assert "secrets." not in json.dumps(RELEASE)


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_guides_github_example_uses_inputs_that_exist() -> None:
    (job,) = [yaml.safe_load(each) for each in snippets("yaml") if "runs-on" in each]
    (ours,) = [
        step for each in job["jobs"].values() for step in each["steps"] if "punchh-contract@" in step["uses"]
    ]
    assert set(ours["with"]) <= set(ACTION["inputs"])
    assert all(name.startswith("PUNCHH_") for name in ours["env"])


def test_the_guides_gitlab_example_uses_options_that_exist() -> None:
    (job,) = [yaml.safe_load(each) for each in snippets("yaml") if "artifacts" in each and "stage" in each]
    (line,) = [each for each in job["contract"]["script"] if each.startswith("punchh-contract")]
    _, name, *words = shlex.split(line)
    command = main.get_command(click.Context(main), name)
    assert command is not None
    known = {option for each in command.params for option in each.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


def test_the_guides_pre_commit_example_names_the_hook() -> None:
    (config,) = [yaml.safe_load(each) for each in snippets("yaml") if "rev:" in each]
    (hook,) = config["repos"][0]["hooks"]
    assert hook["id"] == HOOK["id"]
    assert hook["files"], "which JSON files are events, only their keeper knows"


def test_the_guide_lists_every_input_of_the_action() -> None:
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", GUIDE, re.MULTILINE))
    assert listed == set(ACTION["inputs"])
