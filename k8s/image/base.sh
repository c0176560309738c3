#!/usr/bin/env bash
# Makes the base image that jib builds on, as a tar: a Java runtime, the C library, CA certificates, time zones, and nothing else. No shell.
#
#   k8s/image/base.sh [target/base.tar]
#
# Needs Debian with apt-get and dpkg, and a JDK 17 with jlink; no root, no container engine, no registry. The same JDK and the same packages
# give the same tar, byte for byte. It is for the kind of machine that runs it.
set -euo pipefail
export LC_ALL=C

out=$(realpath -m "${1:-$(dirname "$0")/../../target/base.tar}")
epoch=$(date -u -d '2026-11-22T00:00:00Z' +%s)
packages="base-files netbase tzdata ca-certificates libc6 libgcc-s1 gcc-12-base libstdc++6 libcrypt1 zlib1g"
# What Lull, Akka and the PostgreSQL driver load. jdk.jfr: Akka's flight recorder. jdk.crypto.ec: TLS. jdk.jcmd: looking in with jcmd.
modules=java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss
modules+=,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$work/debs" "$root"

# Root directories that point into /usr come first, or unpacking would make real ones.
mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64"
for it in bin sbin lib lib64; do ln -s "usr/$it" "$root/$it"; done
# shellcheck disable=SC2086
(cd "$work/debs" && apt-get download -qq -o APT::Sandbox::User="$(id -un)" $packages)
for deb in "$work"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --no-same-owner --keep-directory-symlink
done
# Lists, documentation, translations, programs: nobody in there to use them.
rm -rf "$root"/usr/{bin,sbin,share/{bug,doc,info,lintian,locale,man},lib/locale} "$root"/var/{cache,lib,backups}
rm -rf "$root"/etc/{apt,cron.daily,default,dpkg,issue,issue.net,motd,profile.d,update-motd.d,skel}
mkdir -p "$root"/usr/{bin,sbin} "$root"/{tmp,proc,sys,dev,run,home/lull}
ln -sfn /run "$root/var/run"

# What the packages would have made when they were installed.
cat "$root"/usr/share/ca-certificates/mozilla/*.crt > "$root/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/:/sbin/nologin\nlull:x:65532:65532:lull:/home/lull:/sbin/nologin\n' > "$root/etc/passwd"
printf 'root:x:0:\nlull:x:65532:\n' > "$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' > "$root/etc/nsswitch.conf"

jdk=$(dirname "$(dirname "$(readlink -f "$(command -v jlink)")")")
mkdir -p "$root/opt"
"$jdk/bin/jlink" --module-path "$jdk/jmods" --add-modules "$modules" --no-header-files --no-man-pages --vm server \
  --output "$root/opt/java"
# A Debian JDK keeps its certificates elsewhere, and a link to them means nothing in here.
rm -f "$root/opt/java/lib/security/cacerts"
cp -L "$jdk/lib/security/cacerts" "$root/opt/java/lib/security/cacerts"
# The same whoever runs this.
chmod -R u=rwX,go=rX,a-st "$root"
chmod 1777 "$root/tmp"

# docker save's format: a layer, its description, and a list of one image. No entry may be called ./, which jib takes for an escape.
pack() { tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=gnu -C "$1" -cf "$2" "${@:3}"; }
image=$work/image
mkdir -p "$image"
mapfile -t entries < <(ls -A "$root")
pack "$root" "$work/layer.tar" "${entries[@]}"
layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
mkdir "$image/$layer"
mv "$work/layer.tar" "$image/$layer/layer.tar"
cat > "$work/config.json" <<JSON
{"architecture":"$(dpkg --print-architecture)","os":"linux","created":"2026-11-22T00:00:00Z",
"config":{"User":"65532:65532","Env":["PATH=/opt/java/bin","JAVA_HOME=/opt/java","LANG=C.UTF-8"]},
"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},"history":[{"created":"2026-11-22T00:00:00Z","created_by":"k8s/image/base.sh"}]}
JSON
config=$(sha256sum "$work/config.json" | cut -d' ' -f1)
mv "$work/config.json" "$image/$config.json"
printf '[{"Config":"%s.json","RepoTags":["lull-base:17"],"Layers":["%s/layer.tar"]}]\n' "$config" "$layer" > "$image/manifest.json"
mkdir -p "$(dirname "$out")"
pack "$image" "$out" manifest.json "$config.json" "$layer/layer.tar"

(cd "$work/debs" && ls) | sed 's/^/  /'
"$jdk/bin/java" -version 2>&1 | sed -n '2s/^/  /p'
sha256sum "$out"
