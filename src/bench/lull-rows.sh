# Lull's rows of a round of the peers' run.sh, which sources this (its hook EXTRA) after their own: same lock, same wait for quiet.
# From it: run1, haw, round, QUICK, S, and its PostgreSQL, which Lull is measured on as well. From beside-peers.sh: LULL_JAR, LULL_BENCH
# (this folder).

lull_rows() { # figures of the bench → lines like the peers', one for each contestant. Its arguments: the names for --only
  local json; json=$(mktemp)
  local quick=(); [ "$LULL_QUICK" = 1 ] && quick=(--quick)
  env -u LULL_JDBC_URL java -XX:+UseParallelGC -jar "$LULL_JAR" bench "${quick[@]}" --server "$LULL_SERVER" --runs 1 --seed "$LULL_ROUND" --only "$1" --json "$json" >/dev/null &&
    cp "$json" "$LULL_OUT/lull-$LULL_ROUND-$2.json" && python3 "$LULL_BENCH/peers.py" rows "$json"
  rm -f "$json"
}
export -f lull_rows
export LULL_SERVER='jdbc:postgresql://127.0.0.1:54011/bench?user=postgres'
export LULL_ROUND=$round LULL_OUT=$OUT LULL_QUICK=$QUICK

lull() { run1 lull bash -c 'lull_rows "$@"' _ "$@"; }
haw W1 && lull storm storm
haw W2 && lull entities,http,stream keep-alive
haw W3 && lull lateness lateness
