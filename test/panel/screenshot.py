"""Takes README's picture in a real JupyterLab with Elyra, and checks what it shows.

    python screenshot.py PICTURE

Terraform applies examples/quickstart, and Elyra's panel must list its images. Then a colleague changes
six fields of one image in the panel's form. The picture shows the panel at this moment, next to the plan
that reverts the change. The plan must show exactly these six attributes. At the end, an apply reverts
the change, and the panel of the same running server must show that.

Set TERRAFORM to a Terraform, PLUGINS to a filesystem mirror with the provider, and CHROMIUM to the
browser. If a check fails, the exit code is 1 and a sentence says why.
"""

import base64
import contextlib
import html
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import Page, expect, sync_playwright

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# Of the picture, in CSS pixels. The file has twice as many, for high-resolution screens.
HEIGHT, PANEL_WIDTH, PLAN_WIDTH = 580, 286, 790
EDITS = {
    "display_name": "Training, CUDA 12",
    "description": "Quick fix before the demo",
    "image_name": "quay.io/acme/training:latest",
    "pull_policy": "Always",
    "pull_secret": "regcred",
    "tags": "cuda-12",
}


class Failure(Exception):
    """A check failed; the text says which."""


def check(condition: bool, text: str) -> None:
    if not condition:
        raise Failure(text)


class Terraform:
    """A Terraform, in a copy of examples/quickstart."""

    def __init__(self, work: pathlib.Path, data_dir: pathlib.Path):
        self.dir = work / "configuration"
        shutil.copytree(REPOSITORY / "examples/quickstart", self.dir)
        configuration = work / "terraform.tfrc"
        mirror = json.dumps(os.environ["PLUGINS"])
        configuration.write_text("provider_installation {\n  filesystem_mirror {\n    path = %s\n  }\n}\n" % mirror)
        self.environment = {
            **os.environ,
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(configuration),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "TF_VAR_data_dir": str(data_dir),
        }
        self.run("init")

    def run(self, *arguments: str) -> str:
        command = [os.environ["TERRAFORM"], *arguments]
        done = subprocess.run(command, cwd=self.dir, env=self.environment, capture_output=True, text=True)
        check(done.returncode == 0, f"terraform {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def plan(self) -> tuple[str, dict]:
        """Returns the plan as a person sees it, with colors, and the changes of resources by address."""
        text = self.run("plan", "-out=plan.tfplan")
        changes = json.loads(self.run("show", "-json", "plan.tfplan")).get("resource_changes", [])
        return text, {c["address"]: c["change"] for c in changes if c["change"]["actions"] != ["no-op"]}


@contextlib.contextmanager
def jupyterlab(work: pathlib.Path, data_dir: pathlib.Path):
    """Runs JupyterLab on a port of its choice on the loopback interface, and yields its address."""
    runtime, root = work / "runtime", work / "root"
    runtime.mkdir()
    root.mkdir()
    settings = work / "lab"
    settings.mkdir()
    # Keeps the question about news out of the picture.
    overrides = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (settings / "overrides.json").write_text(json.dumps(overrides))
    environment = {
        **os.environ,
        "HOME": str(work),
        "JUPYTER_CONFIG_DIR": str(work / "config"),
        "JUPYTER_DATA_DIR": str(data_dir),
        "JUPYTER_RUNTIME_DIR": str(runtime),
    }
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"]
    command += [f"--LabServerApp.app_settings_dir={settings}", f"--LabApp.app_settings_dir={settings}"]
    with open(work / "log", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        limit = time.monotonic() + 120
        # The server writes its port to a file when it's listening.
        while not (files := list(runtime.glob("jpserver-*.json"))):
            check(server.poll() is None and time.monotonic() < limit, f"JupyterLab:\n{(work / 'log').read_text()}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{json.loads(files[0].read_text())['port']}/lab?token={token}"
    finally:
        server.terminate()
        server.wait()


def item(page: Page, display_name: str):
    """An image in the panel."""
    return page.locator(".elyra-metadata-item").filter(has=page.get_by_text(display_name, exact=True))


def edit(page: Page, display_name: str) -> None:
    """Changes each field of an image in the panel's form and saves it, as a colleague does."""
    item(page, display_name).locator('button[title="Edit"]').click()
    form = page.locator(".elyra-metadataEditor")

    def field(name: str):
        return form.locator(f".elyra-formEditor-form-{name}")

    for name in ("display_name", "description", "image_name", "pull_secret"):
        field(name).locator("input").fill(EDITS[name])
    field("pull_policy").locator("select").select_option(label=EDITS["pull_policy"])
    field("tags").get_by_text("Add Tag").click()
    field("tags").locator("input").fill(EDITS["tags"])
    field("tags").locator("input").press("Enter")
    with page.expect_response(lambda response: response.request.method == "PUT") as saved:
        form.get_by_text("Save & Close").click()
    check(saved.value.ok, f"the panel could not save: {saved.value.status} {saved.value.text()}")


COLORS = {"31": "#e06c75", "32": "#98c379", "33": "#e5c07b", "36": "#56b6c2", "90": "#7f848e"}


def colored(text: str) -> str:
    """Returns a terminal's text as HTML, with bold and the colors that Terraform uses."""
    out, opened = [], 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", text):
        if not part.startswith("\x1b"):
            out.append(html.escape(part))
            continue
        for code in part[2:-1].split(";"):
            if code in ("", "0"):
                out.append("</span>" * opened)
                opened = 0
            elif style := {"1": "font-weight: bold"}.get(code) or f"color: {COLORS.get(code, 'inherit')}":
                out.append(f'<span style="{style}">')
                opened += 1
    return "".join(out) + "</span>" * opened


def terminal(plan: str) -> str:
    """The page with the plan, from its first resource to its count."""
    lines = plan.splitlines()
    first = next(number for number, line in enumerate(lines) if "will be updated in-place" in line)
    last = next(number for number, line in enumerate(lines) if "Plan:" in line)
    text = "\n".join(["\x1b[90m$\x1b[0m \x1b[1mterraform plan\x1b[0m", "", *lines[first : last + 1]])
    return (
        "<style>body { margin: 0; background: #21252b; color: #dcdfe4; }"
        "pre { font: 13px/1.5 'DejaVu Sans Mono', monospace; margin: 0; padding: 20px 24px; }</style>"
        f"<pre>{colored(text)}</pre>"
    )


def side_by_side(*pictures: bytes) -> str:
    """The page with all pictures in a row."""
    encoded = [base64.b64encode(picture).decode() for picture in pictures]
    images = "".join(f'<img height="{HEIGHT}" src="data:image/png;base64,{data}">' for data in encoded)
    return f"<style>body {{ margin: 0; display: flex; }}</style>{images}"


def take(picture: pathlib.Path, work: pathlib.Path) -> None:
    data_dir = work / "jupyter"
    terraform = Terraform(work, data_dir)
    terraform.run("apply", "-auto-approve")
    with jupyterlab(work, data_dir) as address, sync_playwright() as driver:
        arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=os.environ["CHROMIUM"], args=arguments)
        page = browser.new_page(viewport={"width": 1000, "height": 720}, device_scale_factor=2)
        page.goto(address)
        page.locator('[data-id="elyra-metadata:runtime-images"]').click(timeout=120_000)
        for name, image in (("Pandas 2.2", "quay.io/acme/pandas:2.2.3"), ("Training with GPU", "quay.io/acme/training:1.4.0")):
            item(page, name).locator('button[title="Show Details"]').click()
            expect(item(page, name).locator("a")).to_have_text(image)

        edit(page, "Training with GPU")
        changed = item(page, EDITS["display_name"])
        expect(changed).to_be_visible()
        if (details := changed.locator('button[title="Show Details"]')).count():
            details.click()
        expect(changed.locator("a")).to_have_text(EDITS["image_name"])
        page.mouse.move(PANEL_WIDTH + 100, HEIGHT // 2)  # no tooltip in the picture

        panel = page.screenshot(clip={"x": 0, "y": 28, "width": PANEL_WIDTH, "height": HEIGHT})
        text, changes = terraform.plan()
        check(list(changes) == ["elyra_runtime_image.training"], f"the plan changes {list(changes)}")
        before, after = changes["elyra_runtime_image.training"]["before"], changes["elyra_runtime_image.training"]["after"]
        differ = {name for name in before if before[name] != after.get(name)}
        check(differ == set(EDITS), f"six edits in the panel, and the plan changes {sorted(differ)}")

        terraform.run("apply", "plan.tfplan")
        page.locator('button[title="Refresh list"]:visible').click()
        expect(item(page, "Training with GPU")).to_be_visible()
        expect(item(page, "Training with GPU").locator("a")).to_have_text("quay.io/acme/training:1.4.0")
        check(terraform.plan()[1] == {}, "after the apply the plan is not empty")

        page.set_viewport_size({"width": PLAN_WIDTH, "height": HEIGHT})
        page.set_content(terminal(text))
        plan = page.screenshot()
        page.set_viewport_size({"width": PANEL_WIDTH + PLAN_WIDTH, "height": HEIGHT})
        page.set_content(side_by_side(panel, plan))
        page.screenshot(path=picture)
        browser.close()


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as work:
        try:
            take(pathlib.Path(sys.argv[1]), pathlib.Path(work))
        except (Failure, AssertionError) as failure:
            print(str(failure)[:2000], file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
