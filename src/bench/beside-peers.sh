#!/usr/bin/env bash
# Lull beside the peers, alternating in one run: beside-peers.sh [--rounds N] [--quick] [--only "peer peer"] [--workloads "W1 W2 W3"] [PEERS_DIR]
# PEERS_DIR holds their benchmark (default: ../shared/peers beside this repository). Prints its tables with Lull's rows in them, then
# Lull's ratios. Results: a folder under $BASE (default: lull-peers in the temporary directory).
set -euo pipefail

bench=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$bench/../.." && pwd)
peers=$root/../shared/peers
rounds=5
asked=
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) asked=$2; shift ;;
    --quick) arguments+=(--quick); rounds=1 ;;
    --only | --workloads) arguments+=("$1" "$2"); shift ;;
    -*) echo "beside-peers: unknown option $1" >&2; exit 2 ;;
    *) peers=$1 ;;
  esac
  shift
done

missing=()
for program in java mvn node npm python3 psql redis-server redis-cli flock runuser; do
  command -v "$program" >/dev/null || missing+=("$program")
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=("PostgreSQL's server (Debian: postgresql)")
[ "$(id -u)" = 0 ] || missing+=("the rights of root, which the peers' PostgreSQL is started with")
[ -x "$peers/run.sh" ] || missing+=("the peers' benchmark, $peers/run.sh")
[ -f "$root/target/lull.jar" ] || missing+=("target/lull.jar (mvn -DskipTests package)")
if [ ${#missing[@]} -gt 0 ]; then
  printf 'beside-peers: missing: %s\n' "${missing[@]}" >&2
  exit 1
fi

base=${BASE:-${TMPDIR:-/tmp}/lull-peers}
out=$base/results/beside-$(date +%Y%m%d-%H%M%S)
mkdir -p "$out"
cp "$root/target/lull.jar" "$out/lull.jar" # a build meanwhile changes nothing
trap 'rm -f "$out/lull.jar"' EXIT

# 60 s of lag for all. --rounds comes last: --quick would set it again.
SECS=${SECS:-60} BASE=$base LULL_JAR=$out/lull.jar LULL_BENCH=$bench EXTRA=$bench/lull-rows.sh \
  "$peers/run.sh" "${arguments[@]}" --rounds "${asked:-$rounds}" --append "$out"
python3 "$bench/peers.py" compare "$out/results.jsonl" | tee -a "$out/tables.md"
