"""The real warppool on a configuration of its own, in a temporary folder."""

from processes import Folder, Process, binary, free_port


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def toml_text(settings):
    """{"node": {"chain": "regtest"}} as TOML; a list of sections is one of dictionaries."""
    lines = []
    for section, content in settings.items():
        header = f"[[{section}]]" if isinstance(content, list) else f"[{section}]"
        for keys in content if isinstance(content, list) else [content]:
            lines.append(header)
            lines += [f"{key} = {toml_value(value)}" for key, value in keys.items()]
            lines.append("")
    return "\n".join(lines)


class Pool:
    """Starts `warppool --no-gui --config FILE`.

    The defaults listen on one free port of the loopback interface and switch the rest off;
    `settings` are laid over them, section by section.
    """

    def __init__(self, settings, secrets=None, environment=None):
        self.folder = Folder("warp-pool-")
        self.port = free_port()
        self.settings = {
            "node": {"chain": "regtest"},
            "mining": {},
            "server": {
                "data_dir": str(self.folder / "data"),
                "pool_listen": f"127.0.0.1:{self.port}",
                "v2_listen": "",
                "status_listen": "",
                "job_refresh_secs": 1,
            },
        }
        for section, keys in settings.items():
            if isinstance(keys, list):
                self.settings[section] = keys
            else:
                self.settings.setdefault(section, {}).update(keys)
        self.config = self.folder / "config.toml"
        self.config.write_text(toml_text(self.settings), encoding="utf-8")
        if secrets:
            path = self.folder / "secrets.toml"
            path.write_text(toml_text(secrets), encoding="utf-8")
            path.chmod(0o600)
        self.environment = environment or {}
        self.process = None

    def start(self, wait=True):
        self.process = Process([binary("warppool"), "--no-gui", "--config", self.config],
                               self.environment)
        if wait:
            self.process.wait_listening(self.port)
        return self.process

    def stop(self):
        return self.process.stop()

    def close(self):
        if self.process is not None:
            self.process.kill()
        self.folder.close()
