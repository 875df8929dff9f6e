"""The package for Windows: the frozen program and its installer (MSI), both tried under Wine; see decision 0011."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tools.checks import BUILD, ROOT, Part, Result, show
from tools.windows import screen
from tools.windows.rig import FOR_PACKAGE, Rig, RigError, heard, windows_path

PLACE = BUILD / "windows" / "package"
INSTALLED = "Program Files/CME case register"
UPGRADE_CODE = "{6F0B6B54-7E11-4B0C-9A0D-3E1B6B6F7C21}"
"""One for every version, so that a newer one takes the place of an older one."""
NAMES = uuid.UUID("0d1f4c0e-2f5b-4f9a-9a53-6d7ad4a4c3a5")
MAKER, TITLE = "CME case register", "Case register (children missing education)"
REPAIR = ("REINSTALL=ALL", "REINSTALLMODE=amus")
"""What ``msiexec /fa`` means; Wine knows no product by it."""
FREEZE_S, INSTALL_S, TRY_S = 1500.0, 300.0, 300.0


def version() -> str:
    """Return the version of the project."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def after(number: str) -> str:
    """Return the version after one, for trying an upgrade."""
    first, second, third = number.split(".")
    return f"{first}.{second}.{int(third) + 1}"


def freeze(rig: Rig) -> Path:
    """Freeze the program with the Windows Python and return its folder.

    Raises:
        RigError: PyInstaller failed.
    """
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    _draw_mark(PLACE / "mark.ico")
    for name in ("cme-desktop", "cme-admin"):
        (PLACE / f"{name}.version").write_text(_version_words(name, version()), encoding="utf-8")
    command = rig.command(
        *("-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
        *("--workpath", windows_path(PLACE / "work"), "--distpath", windows_path(PLACE / "dist")),
        windows_path(ROOT / "tools" / "windows" / "frozen.spec"),
    )
    own = {"CME_ROOT": windows_path(ROOT), "CME_PLACE": windows_path(PLACE)}
    code, text = heard(command, {**rig.environment(), **own}, FREEZE_S)
    folder = PLACE / "dist" / "cme-desktop"
    if code != 0 or not (folder / "cme-desktop.exe").is_file():
        raise RigError(f"The program could not be frozen.\n{text}")
    return folder


def _draw_mark(place: Path) -> None:
    """Draw the program's mark as an icon of Windows."""
    code = (
        "import sys; from PySide6.QtGui import QGuiApplication; app = QGuiApplication([]);"
        "from cme_desktop.ui import mark;"
        "[mark.image(side).save(f'{sys.argv[1]}-{side}.png') for side in mark.SIDES]"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", code, str(place)], env=environment, cwd=ROOT, check=True)
    from PIL import Image

    drawn = sorted(place.parent.glob(f"{place.name}-*.png"), key=lambda one: int(one.stem.rpartition("-")[2]))
    pictures = [Image.open(one) for one in drawn]
    pictures[-1].save(place, sizes=[one.size for one in pictures], append_images=pictures[:-1])


def _version_words(name: str, number: str) -> str:
    """Return what Windows shows under Properties, Details, as PyInstaller reads it."""
    four = ", ".join([*number.split("."), "0"])
    said = {
        "CompanyName": MAKER,
        "FileDescription": TITLE,
        "FileVersion": number,
        "InternalName": name,
        "OriginalFilename": f"{name}.exe",
        "ProductName": TITLE,
        "ProductVersion": number,
    }
    words = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in said.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers=({four}), prodvers=({four}), mask=0x3f, flags=0x0, OS=0x40004, "
        "fileType=0x1, subtype=0x0, date=(0, 0)), kids=[StringFileInfo([StringTable('080904B0', "
        f"[{words}])]), VarFileInfo([VarStruct('Translation', [2057, 1200])])])\n"
    )


def product_code(number: str) -> str:
    """Return the code by which Windows knows an installed version."""
    return "{" + str(uuid.uuid5(NAMES, f"product {number}")).upper() + "}"


def make_installer(folder: Path, number: str) -> Path:
    """Write the installer of a frozen program, and its SHA-256 beside it; return the installer."""
    target = BUILD / "windows" / f"cme-desktop-{number}.msi"
    source = PLACE / f"{number}.wxs"
    source.write_text(installer_words(folder, number), encoding="utf-8")
    done = subprocess.run(
        ["wixl", "--arch", "x64", "-o", str(target), str(source)],
        cwd=PLACE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RigError(f"The installer could not be written.\n{done.stdout}{done.stderr}")
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n", encoding="ascii")
    return target


def installer_words(folder: Path, number: str) -> str:
    """Return the source of the installer: per machine, in place of an older one, with a line in the Start menu."""
    components: list[str] = []
    tree = "\n".join(_entries(folder, folder, components))
    refs = "\n".join(f"      <ComponentRef Id={quoteattr(one)}/>" for one in components)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{product_code(number)}" Name={quoteattr(TITLE)} Manufacturer={quoteattr(MAKER)} Version="{number}"
           UpgradeCode="{UPGRADE_CODE}" Language="2057">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"/>
    <MajorUpgrade DowngradeErrorMessage="A newer version of the case register is installed. It was left as it is."/>
    <Media Id="1" Cabinet="program.cab" EmbedCab="yes"/>
    <Icon Id="mark.ico" SourceFile="mark.ico"/>
    <Property Id="ARPPRODUCTICON" Value="mark.ico"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramMenuFolder"/>
      <Directory Id="ProgramFiles64Folder">
        <Directory Id="INSTALLDIR" Name={quoteattr(Path(INSTALLED).name)}>
{tree}
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="Program" Level="1">
{refs}
    </Feature>
  </Product>
</Wix>
"""


def _entries(folder: Path, top: Path, components: list[str]) -> Iterator[str]:
    """Yield the lines of a folder: a component for each file, so that a repair finds each one that is damaged."""
    for entry in sorted(folder.iterdir()):
        name = entry.relative_to(top).as_posix()
        mark = hashlib.sha256(name.encode()).hexdigest()[:24]
        if entry.is_dir():
            yield f'<Directory Id="d{mark}" Name={quoteattr(entry.name)}>'
            yield from _entries(entry, top, components)
            yield "</Directory>"
            continue
        components.append(f"c{mark}")
        guid = str(uuid.uuid5(NAMES, name)).upper()
        yield f'<Component Id="c{mark}" Guid="{{{guid}}}" Win64="yes">'
        yield f'<File Id="f{mark}" KeyPath="yes" Source={quoteattr(entry.relative_to(PLACE).as_posix())}>'
        if name == "cme-desktop.exe":
            yield (
                '<Shortcut Id="start" Directory="ProgramMenuFolder" Name="Case register" '
                'WorkingDirectory="INSTALLDIR" Icon="mark.ico" Advertise="yes"/>'
            )
        yield "</File></Component>"


class Trial:
    """The installer on a Windows of its own: installed, tried, repaired, upgraded and removed, a register untouched."""

    def __init__(self, installer: Path, newer: Path) -> None:
        self._rig = Rig(prefix=FOR_PACKAGE)
        self._installer, self._newer = installer, newer
        self._home = self._rig.drive_c / INSTALLED
        self._register = self._rig.drive_c / "cme-try" / "register"

    def run(self) -> list[Result]:
        """Do each step, stop at the first that fails, and return what each came to."""
        self._rig.fresh()
        results: list[Result] = []
        with screen.shown(1366, 768) as display:
            environment = {**self._rig.environment(), "DISPLAY": display}
            for name, command, patience in self._steps():
                result = self._step(name, command, environment, patience)
                results.append(result)
                show(result)
                if not result.well:
                    break
            self._rig.stop()
        return results

    def _steps(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        desktop = str(self._home / "cme-desktop.exe")
        yield "installed without a question", self._msi("/i", windows_path(self._installer)), INSTALL_S
        yield "the installed program tries itself", self._run(desktop, "--self-test", r"C:\cme-try"), TRY_S
        before = _held(self._register)
        broken = self._home / "_internal" / "resources" / "icons" / "shield.svg"
        broken.unlink()
        yield "repaired", self._msi("/i", windows_path(self._installer), *REPAIR), INSTALL_S
        if not broken.is_file():
            raise RigError("The repair did not bring back a file that was lost.")
        yield "upgraded in place", self._msi("/i", windows_path(self._newer)), INSTALL_S
        yield "the upgraded program says its version", self._run(str(self._home / "cme-admin.exe"), "--version"), TRY_S
        if _held(self._register) != before:
            raise RigError("Repair or upgrade changed a register.")
        yield "the upgraded program tries itself", self._run(desktop, "--self-test", r"C:\cme-try2"), TRY_S
        yield "removed", self._msi("/x", product_code(after(version()))), INSTALL_S
        if self._home.exists() and any(self._home.rglob("*.exe")):
            raise RigError("Removing left the program behind.")
        if _held(self._register) != before:
            raise RigError("Removing changed a register.")

    def _msi(self, what: str, which: str, *words: str) -> tuple[str, ...]:
        return self._run("msiexec.exe", what, which, *words, "/qn")

    def _run(self, *words: str) -> tuple[str, ...]:
        return (str(self._rig.command()[0]), *words)

    def _step(self, name: str, command: tuple[str, ...], environment: Mapping[str, str], patience: float) -> Result:
        began = time.monotonic()
        code, text = heard(command, environment, patience)
        counts = {"failed": 1} if code else {"passed": 1}
        return Result(Part(name, command, dict(environment)), code, text, time.monotonic() - began, counts)


def _held(folder: Path) -> dict[str, str]:
    """Return the digest of every file of a register."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run_all(rig: Rig) -> list[Result]:
    """Freeze the program, write its installer, and try it."""
    began = time.monotonic()
    folder = freeze(rig)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"Frozen in {time.monotonic() - began:.0f} s: {size / 1e6:.0f} MB", flush=True)
    installer = make_installer(folder, version())
    print(f"{installer.name}: {installer.stat().st_size / 1e6:.0f} MB", flush=True)
    newer = make_installer(folder, after(version()))
    results = Trial(installer, newer).run()
    for path in (newer, newer.with_name(f"{newer.name}.sha256")):
        path.unlink()
    return results
