# The words that a partner's file is written in, and what a host of the demonstration is made of. Sourced by
# deploy/demonstration/hosts, which says what must be in the environment; $tree is the host's directory.

services=()

in_host() {
    chroot "$tree" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

# service [VARIABLE=VALUE…] COMMAND…: a process of this host, which ends with this script whatever happens.
service() {
    setpriv --pdeathsig KILL chroot "$tree" env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 "$@" \
        </dev/null >"$tree/var/log/service.log" 2>&1 &
    services+=($!)
}

python_service() { service "${settings[@]}" /usr/bin/python3 /srv/service.py "$NAME" "$PORT" /var/log/python.json "$@"; }
java_service() { service /usr/bin/java -XX:+UseSerialGC -Xmx48m "$@" -cp /srv Service "$NAME" "$PORT" /var/log/java.json; }

# system_roots FILE…: the operating system's store holds these, put there by the system's own tool; so does
# the JVM's cacerts, which on Debian is filled from it.
system_roots() {
    for root in "$@"; do
        cp "$DEMO/pki/$root.pem" "$tree/usr/local/share/ca-certificates/$root.crt"
        java_roots /etc/ssl/certs/java/cacerts "$root"
    done
    in_host update-ca-certificates >/dev/null 2>&1
}

# java_roots STORE FILE…: add certificates to a JKS file, which is made when it is not there.
java_roots() {
    local store=$1
    shift
    mkdir -p "$tree$(dirname "$store")"
    for root in "$@"; do
        cp "$DEMO/pki/$root.pem" "$tree/tmp/$root.pem"
        in_host keytool -importcert -noprompt -storetype JKS -storepass changeit -keystore "$store" \
            -alias "$root" -file "/tmp/$root.pem" 2>/dev/null
        rm "$tree/tmp/$root.pem"
    done
}

# bundle FILE CERTIFICATE…: a PEM file of the host's own.
bundle() {
    local file=$1
    shift
    mkdir -p "$tree$(dirname "$file")"
    for certificate in "$@"; do cat "$DEMO/pki/$certificate.pem"; done >"$tree$file"
}

make_tree() {
    mkdir -p "$tree"/{usr,etc,opt,srv,tmp,root,run,dev,proc,sys} "$tree"/var/{log,lib,tmp} "$tree.local/share/ca-certificates"
    local part
    for part in /bin /sbin /lib /lib32 /lib64 /libx32; do
        if [ -L "$part" ]; then cp -a "$part" "$tree/"; elif [ -d "$part" ]; then mkdir -p "$tree$part"; mount --bind "$part" "$tree$part"; fi
    done
    mount --bind /usr "$tree/usr"
    mount -o remount,bind,ro "$tree/usr"
    mount --bind "$tree.local" "$tree/usr/local"
    mount --rbind /dev "$tree/dev"
    mount --rbind /proc "$tree/proc"
    # What this host has not installed: runtimes that bring roots of their own, which know no demonstration PKI.
    if part=$(chroot "$tree" readlink -e /usr/bin/node); then mount --bind /dev/null "$tree$part"; fi
    for part in /usr/lib/google-cloud-sdk /usr/lib/python3/dist-packages/pip; do
        [ ! -d "$tree$part" ] || mount --bind "$tree/run" "$tree$part"
    done
    cp -a /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache /etc/alternatives "$tree/etc/"
    cp -a /etc/java-[0-9]* "$tree/etc/"
    ln -s ../usr/lib/os-release "$tree/etc/os-release"
    mkdir -p "$tree/etc/ssl/certs" "$tree/etc/ca-certificates"
    cp /etc/ssl/openssl.cnf "$tree/etc/ssl/"
    : >"$tree/etc/ca-certificates.conf"
    echo "$partner-1" >"$tree/etc/hostname"
    printf '127.0.0.1 localhost\n%s %s\n' "${CHAINS%% *}" "$NAME" | sed 's/old=//' >"$tree/etc/hosts"
    printf '%s\n' $CHAINS | tr = ' ' >"$tree/etc/platform"
    cp "$demonstration/service.py" "$DEMO/java/Service.class" "$tree/srv/"
    chmod 1777 "$tree/tmp"
}

partner_ids() { tail -n +2 "$demonstration/partners.csv" | cut -d, -f1; }

# load PARTNER: the words of its file, over those that every partner has.
load() {
    partner=$1
    tree=$DEMO/hosts/$partner
    settings=()
    prepare() { :; }
    serve() { :; }
    unset -f repair silent
    # shellcheck source=/dev/null
    . "$demonstration/partners/$partner"
}

collect() {
    "$COLLECTOR" run --once --root "$tree" --state "$DEMO/state/$partner" --campaign "$CAMPAIGN" ||
        [ $? -le 2 ] # its exit code is the host's verdict
}
