#!/bin/sh
# Install the named Debian packages whose programs are missing. What cannot be had ends the run
# with the command to type: a test that cannot run is a failure here, never a skip.
#
# No server of the system is started or configured: the tests start their own, on free ports.
set -eu

have() {
    case "$1" in
        openssh-server) [ -x /usr/sbin/sshd ] || command -v sshd ;;
        postgresql) command -v initdb || ls /usr/lib/postgresql/*/bin/initdb ;;
        poppler-utils) command -v pdftotext ;;
        python3-venv) python3 -c 'import ensurepip, venv' ;;
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

missing=
for package in "$@"; do
    have "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

give_up() {
    echo "These Debian packages are missing and could not be installed:$missing" >&2
    echo "Type:  sudo apt-get update && sudo apt-get install -y$missing" >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || give_up
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    give_up
fi

# While Debian installs a server, policy-rc.d says "do not start it" (exit 101), and this
# createcluster file says "no cluster of the system's own". One that is there already stays.
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
ours=
tidy() {
    for path in $ours; do $as_root rm -f "$path"; done
}
trap tidy EXIT
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 0755 "$policy"
    ours="$ours $policy"
fi
if [ ! -e /etc/postgresql-common ]; then
    $as_root mkdir -p "$(dirname "$cluster")"
    echo "create_main_cluster = false" | $as_root tee "$cluster" >/dev/null
fi

# A list that is a little old often still does; whether the package came is what counts.
echo "Installing Debian packages:$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null || true
# shellcheck disable=SC2086  # one word for each package is meant
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends $missing >/dev/null || give_up
for package in "$@"; do
    have "$package" || give_up
done
