"""Certificates made on the spot."""

import subprocess


def make_certificate(folder, name="pool", curve="P-256"):
    """A self-signed pair; paths of certificate and key."""
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    f"ec_paramgen_curve:{curve}", "-nodes", "-days", "90", "-subj",
                    f"/CN={name}.test", "-out", str(paths[0]), "-keyout", str(paths[1])],
                   check=True, capture_output=True)
    paths[1].chmod(0o600)
    return paths


def make_ended_certificate(folder, name="ended"):
    """The same, but it ended yesterday."""
    certificate, key = make_certificate(folder, name)
    request = folder / f"{name}.csr"
    subprocess.run(["openssl", "req", "-new", "-key", str(key), "-subj", f"/CN={name}.test", "-out",
                    str(request)], check=True, capture_output=True)
    subprocess.run(["openssl", "x509", "-req", "-in", str(request), "-signkey", str(key), "-days",
                    "-1", "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key
