"""Start a kernel in a sandbox. Runs as a script, with the standard library only.

Two stages. The first, `confine.py CONFIG CONNECTION_FILE`, is trusted: it hands the run folder to an
unprivileged user where it may, and replaces itself by bubblewrap (tier A) or by the second stage (tier B),
with an empty environment. The second stage sets resource limits, applies Landlock (tier B) and a seccomp
filter, gives up every privilege, and becomes the kernel.

Landlock and seccomp: the Linux kernel's documentation, "Landlock: unprivileged access control" and
"Seccomp BPF". Numbers of system calls: `unistd.h` of the architecture.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import resource
import signal
import struct
import sys

FIRST_UID = 61_000
UID_COUNT = 4_000
HOME = "/sandbox"
COURSE = "/course"
BOOT = "/boot/confine.py"

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAPBSET_DROP = 1, 8, 24
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
CAP_DAC_READ_SEARCH = 2
AF_UNIX, AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE = 1, 16, 1, 0

# name: (x86_64, aarch64); None where the architecture has no such call
SYSTEM_CALLS = {
    "socket": (41, 198),
    "connect": (42, 203),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "open_by_handle_at": (304, 265),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
OTHERS_ONLY_IN_B = ("connect", "kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")
AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def main(arguments: list[str]) -> int:
    """Stage one or two, told apart by the configuration."""
    config = json.loads(arguments[0])
    connection = arguments[1]
    if config.get("stage") == 2:
        return second_stage(config, connection)
    return first_stage(config, connection)


def first_stage(config: dict, connection: str) -> int:
    """Give the run folder away and replace this process by the sandbox."""
    folder = os.path.dirname(connection)
    uid = FIRST_UID + os.getppid() % UID_COUNT if os.geteuid() == 0 else None
    if uid is not None:
        for path in (folder, connection):
            if os.path.exists(path):
                os.chown(path, uid, uid, follow_symlinks=False)
    # Interrupts are for the kernel; bubblewrap, in the same process group, would end on one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inner = dict(config, stage=2, uid=uid, folder=folder)
    environment = clean_environment(config, folder)
    if config["tier"] == "A":
        inner["home"] = HOME
        command = [*bubblewrap(config, folder), "-I", BOOT, json.dumps(inner), connection]
    else:
        inner["home"] = os.path.join(folder, "home")
        os.makedirs(inner["home"], mode=0o700, exist_ok=True)
        if uid is not None:
            os.chown(inner["home"], uid, uid)
        command = [config["python"], "-I", os.path.abspath(__file__), json.dumps(inner), connection]
    os.execve(command[0], command, environment)


def clean_environment(config: dict, folder: str) -> dict[str, str]:
    """All that the kernel sees of the environment."""
    home = HOME if config["tier"] == "A" else os.path.join(folder, "home")
    return {
        "HOME": home,
        "TMPDIR": home,
        "IPYTHONDIR": home + "/.ipython",
        "MPLCONFIGDIR": home + "/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def bubblewrap(config: dict, folder: str) -> list[str]:
    """The command line of tier A up to and including the interpreter."""
    command = [config["bwrap"], "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--die-with-parent", "--ro-bind", "/usr", "/usr"]
    for name in ("lib", "lib32", "lib64", "bin", "sbin"):
        path = "/" + name
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            command += ["--ro-bind", path, path]
    command += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    command += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]
    for path in config["prefixes"]:
        if not path.startswith("/usr/"):
            command += [*open_parents(path), "--ro-bind", path, path]
    for path in config["hidden"]:
        command += ["--tmpfs", path]
    command += ["--ro-bind", os.path.abspath(__file__), BOOT]
    if config["support"]:
        command += ["--ro-bind", config["support"], COURSE]
    for host, inside in config["shared"]:
        command += ["--ro-bind", host, inside]
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += ["--perms", "0777", "--size", str(config["limits"]["disk"]), "--tmpfs", HOME]
    command += [*open_parents(folder), "--bind", folder, folder, "--chdir", HOME]
    return [*command, config["python"]]


def open_parents(path: str) -> list[str]:
    """Make the folders above a mount point with rights to pass; bubblewrap would make them private."""
    parents = path.strip("/").split("/")[:-1]
    options: list[str] = []
    for depth in range(1, len(parents) + 1):
        options += ["--perms", "0755", "--dir", "/" + "/".join(parents[:depth])]
    return options


def second_stage(config: dict, connection: str) -> int:
    """Inside: limits, filters, privileges; then the kernel."""
    libc = ctypes.CDLL(None, use_errno=True)
    os.umask(0o077)
    set_limits(config)
    call(libc.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if config["tier"] == "B":
        restrict_files(libc, config)
    drop_privileges(libc, config)
    install_filter(libc, strict=config["tier"] == "B")
    call(libc.prctl, PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if config["tier"] == "B" and os.getppid() == 1:
        return 1
    os.chdir(config["home"])
    course = COURSE if config["tier"] == "A" else config["support"]
    # An editable install puts the author's copy on the path; it is not there, or may not be read. Only that
    # folder itself goes: the environment with NumPy may lie below it.
    sys.path[:] = [
        path for path in sys.path if path != config["course"] and not path_is_hidden(path, config["hidden"])
    ]
    if course:
        sys.path.insert(0, course)
    if config.get("probe"):
        print(json.dumps(probe(config)))
        return 0
    sys.argv = [
        *("ipykernel_launcher", "-f", connection, "--HistoryManager.enabled=False"),
        "--InteractiveShellApp.exec_PYTHONSTARTUP=False",
    ]
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()
    return 0


def path_is_hidden(path: str, hidden: list[str]) -> bool:
    """Whether a folder of modules lies in a hidden place."""
    return any(path == place or path.startswith(place + "/") for place in hidden)


def call(function, *arguments) -> int:
    """A system call that must not fail."""
    result = function(*[ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{getattr(function, '__name__', 'call')}: {os.strerror(error)}")
    return result


def set_limits(config: dict) -> None:
    """Resource limits: address space, size of a file, seconds of CPU, processes, open files, no core dump."""
    limits = config["limits"]
    for name, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(name)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(name, (value, value))


def drop_privileges(libc, config: dict) -> None:
    """Become the unprivileged user without any capability.

    One exception: where the interpreter lies in a folder that the user may not enter, below /root for
    instance, tier B keeps the right to pass folders. Landlock still allows the listed paths only.
    """
    uid = config["uid"]
    if uid is None:
        return
    keep = config["tier"] == "B" and config["closed_prefix"]
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break
    if keep:
        call(libc.prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    mask = 1 << CAP_DAC_READ_SEARCH if keep else 0
    header = struct.pack("=Ii", 0x20080522, 0)
    data = struct.pack("=IIIIII", mask, mask, 0, 0, 0, 0)
    call(libc.capset, ctypes.c_char_p(header), ctypes.c_char_p(data))


def landlock_version(libc) -> int:
    """Version of Landlock in the running kernel; 0 or less where there is none."""
    return libc.syscall(ctypes.c_long(LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint32(1))


def restrict_files(libc, config: dict) -> None:
    """Landlock: read the interpreter and the libraries, write the run folder, nothing else."""
    version = landlock_version(libc)
    if version < 1:
        raise OSError("this kernel has no Landlock")
    handled = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):
        if version >= since:
            handled |= 1 << bit
    network = 0b11 if version >= 4 else 0
    scoped = 0b11 if version >= 6 else 0
    attributes = struct.pack("=QQQ", handled, network, scoped)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = call(
        libc.syscall,
        ctypes.c_long(LANDLOCK_CREATE),
        ctypes.c_char_p(attributes[:size]),
        ctypes.c_size_t(size),
        ctypes.c_uint32(0),
    )
    execute, write, read, folder_read = 1, 1 << 1, 1 << 2, 1 << 3
    rules = [(path, execute | read | folder_read) for path in readable_paths(config)]
    rules += [(path, read | write) for path in ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")]
    rules += [(f"/proc/{os.getpid()}", read | folder_read), (config["folder"], handled)]
    for path, access in rules:
        if not os.path.exists(path):
            continue
        if not os.path.isdir(path):
            access &= execute | write | read
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", access & handled, handle)
        call(
            libc.syscall,
            ctypes.c_long(LANDLOCK_ADD),
            ctypes.c_int(ruleset),
            ctypes.c_int(1),
            ctypes.c_char_p(rule),
            ctypes.c_uint32(0),
        )
        os.close(handle)
    call(libc.syscall, ctypes.c_long(LANDLOCK_RESTRICT), ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)


def readable_paths(config: dict) -> list[str]:
    """What tier B may read: system libraries, the interpreter, its packages without the hidden ones."""
    pending = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives"]
    pending += [os.path.abspath(__file__), *config["prefixes"], *(host for host, _ in config["shared"])]
    if config["support"]:
        pending.append(config["support"])
    paths: list[str] = []
    hidden = config["hidden"]
    while pending:
        path = pending.pop()
        real = os.path.realpath(path)  # lib64 is often a link to lib: what counts is where a path leads
        if any(real == place or real.startswith(place + "/") for place in hidden):
            continue
        if not any(place.startswith(real + "/") for place in hidden):
            paths.append(path)
        elif not os.path.islink(path):
            # A folder above a hidden one is opened entry by entry: Landlock only adds rights.
            pending += [os.path.join(real, name) for name in os.listdir(real)]
    return paths


def install_filter(libc, strict: bool) -> None:
    """seccomp: refuse system calls no solution needs. `strict`: also sockets and signals to others."""
    machine = platform.machine()
    column = {"x86_64": 0, "aarch64": 1}.get(machine)
    if column is None:
        if strict:
            raise OSError(f"no seccomp filter for {machine}")
        return
    load, equal, at_least, answer, mask = 0x20, 0x15, 0x35, 0x06, 0x54
    allow, refuse, kill = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
    no_family = 0x00050000 | errno.EAFNOSUPPORT  # libzmq takes this answer for "no such network here"
    program: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4),
        (equal, 1, 0, AUDIT_ARCHITECTURE[machine]),
        (answer, 0, 0, kill),
        (load, 0, 0, 0),
    ]
    if machine == "x86_64":
        program += [(at_least, 0, 1, 0x40000000), (answer, 0, 0, refuse)]  # the x32 numbering
    for name, numbers in SYSTEM_CALLS.items():
        if name in ("socket", "tgkill") or (name in OTHERS_ONLY_IN_B and not strict):
            continue
        program += [(equal, 0, 1, numbers[column]), (answer, 0, 0, refuse)]
    if strict:
        # socket(): streams of the Unix family, and NETLINK_ROUTE, by which libzmq lists interfaces.
        # tgkill(): this process only.
        program += [
            (equal, 0, 10, SYSTEM_CALLS["socket"][column]),
            (load, 0, 0, 16),
            (equal, 4, 0, AF_NETLINK),
            (equal, 0, 6, AF_UNIX),
            (load, 0, 0, 24),
            (mask, 0, 0, 0xF),
            (equal, 2, 3, SOCK_STREAM),
            (load, 0, 0, 32),
            (equal, 0, 1, NETLINK_ROUTE),
            (answer, 0, 0, allow),
            (answer, 0, 0, no_family),
            (equal, 0, 3, SYSTEM_CALLS["tgkill"][column]),
            (load, 0, 0, 16),
            (equal, 1, 0, os.getpid()),
            (answer, 0, 0, refuse),
        ]
    program.append((answer, 0, 0, allow))
    code = b"".join(struct.pack("=HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    call(libc.prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_char_p(header), 0, 0)


def probe(config: dict) -> dict:
    """What this sandbox really stops, tried out from inside."""
    import socket

    findings = {"network": "open", "files": "open", "numpy": "missing", "kernel": "missing"}
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
            connection.settimeout(0.5)
            connection.connect(("127.0.0.1", config["probe"]["port"]))
    except OSError:
        findings["network"] = "closed"
    try:
        with open(config["probe"]["secret"]) as stream:
            stream.read()
    except OSError:
        findings["files"] = "closed"
    for name in ("numpy", "ipykernel.kernelapp"):
        try:
            __import__(name)
            findings["numpy" if name == "numpy" else "kernel"] = "there"
        except Exception as error:
            findings["error"] = str(error)[:200]
    findings["uid"] = os.getuid()
    with open(os.path.join(config["home"], "written"), "w") as stream:
        stream.write("x")
    return findings


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
