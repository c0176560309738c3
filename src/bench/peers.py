#!/usr/bin/env python3
"""Lull beside the peers. rows FILE: figures of `bench --json` as lines of the peers' benchmark. compare FILE: Lull's ratios from their results.jsonl."""
import json
import re
import statistics
import sys

ENGINES = ('db-scheduler', 'bullmq', 'bullmq-dedup', 'quartz', 'jobrunr')
# workload, Lull's row, at least so many times the best engine, the ceiling, at least so much of it
TARGETS = (
    ('W1', 'lull-cold', 4, 'limit2', 0.20),
    ('W1', 'lull-resident', 6, 'limit2', 0.30),
    ('W2', 'lull-entities', 5, 'limit', 0.60),
    ('W2', 'lull-http', 1.5, 'limit', None),
    ('W2', 'lull-stream', 3, 'limit', None),
)
RATES = {
    'storm, cold': ('W1', 'lull-cold', 'n', 'timeout'),
    'storm, resident': ('W1', 'lull-resident', 'n', 'timeout'),
    'keep-alive, entities': ('W2', 'lull-entities', 'm', 'message'),
    'keep-alive, HTTP, one message a request': ('W2', 'lull-http', 'm', 'message'),
    'keep-alive, HTTP, line stream': ('W2', 'lull-stream', 'm', 'message'),
}


def rows(path):
    run = json.load(open(path))
    figures = {it['name']: it for it in run['figures']}
    value = {name: it['values'][0] for name, it in figures.items()}
    settings = 'the PostgreSQL of the peers'
    for name, (work, contestant, size, piece) in RATES.items():
        if name not in figures:
            continue
        # The bench fails if a count is not exact, and has no time cap.
        count = int(figures[name]['how'].split()[0].replace(',', ''))
        cpu = sum(value.get(f'{name}: CPU of {part}', 0) for part in ('the node', 'PostgreSQL', 'the client'))
        print(json.dumps({
            'w': work, 'c': contestant, size: count, 'done': count, 'seconds': round(count / value[name], 3),
            'rate': round(value[name], 1), 'capped': False, 'exact': True, 'cpu_ms_per': round(cpu / 1000, 4), 'settings': settings}))
    if 'lateness, p50' in figures:
        rate, seconds = re.match(r'([\d,]+) timeouts/s fall due for (\d+) s', figures['lateness, p50']['how']).groups()
        rate = int(rate.replace(',', ''))
        print(json.dumps({
            'w': 'W3', 'c': 'lull', 'r': rate, 'n': rate * int(seconds), 'done': rate * int(seconds), 'exact': True,
            **{f'{it}_ms': round(value[f'lateness, {it}'], 1) for it in ('min', 'p50', 'p99', 'max')}, 'settings': settings}))


def compare(path):
    results = [json.loads(line) for line in open(path)]

    def values(work, contestant, key, **which):
        return [it[key] for it in results
                if it['w'] == work and it['c'] == contestant and key in it and all(it.get(k) == v for k, v in which.items())]

    def best(work):
        rates = [(statistics.median(values(work, it, 'rate')), it) for it in ENGINES if values(work, it, 'rate')]
        return max(rates, default=None)

    def verdict(ratio, target):
        return '' if target is None else 'pass' if ratio >= target else 'FAIL'

    print('\n### Lull against the best engine and the ceiling, medians\n')
    print('| work | row | Lull | best engine | times it | target | | ceiling | share of it | target | |')
    print('|---|---|--:|---|--:|--:|---|---|--:|--:|---|')
    for work, row, times, ceiling, share in TARGETS:
        own, engine, most = values(work, row, 'rate'), best(work), values(work, ceiling, 'rate')
        if not own:
            continue
        rate = statistics.median(own)
        cells = [work, row, f'{rate:,.0f}']
        if engine:
            ratio = rate / engine[0]
            cells += [f'{engine[1]} {engine[0]:,.0f}', f'{ratio:.2f}', f'{times}', verdict(ratio, times)]
        else:
            cells += ['not run', '', f'{times}', '']
        if most:
            part = rate / statistics.median(most)
            cells += [f'{ceiling} {statistics.median(most):,.0f}', f'{part:.0%}', '' if share is None else f'{share:.0%}', verdict(part, share)]
        else:
            cells += [f'{ceiling} not run', '', '' if share is None else f'{share:.0%}', '']
        print('| ' + ' | '.join(cells) + ' |')

    if values('W3', 'lull', 'p50_ms'):
        print('\n| lag at 500/s | Lull | best engine | target | |\n|---|--:|---|---|---|')
        for key in ('p50_ms', 'p99_ms', 'max_ms'):
            own = statistics.median(values('W3', 'lull', key))
            engines = [(statistics.median(values('W3', it, key, r=500)), it) for it in ENGINES if values('W3', it, key, r=500)]
            lowest = min(engines, default=None)
            name = f'{lowest[1]} {lowest[0]:,.0f} ms' if lowest else 'not run'
            result = '' if not lowest else 'pass' if own < lowest[0] else 'FAIL'
            print(f'| {key[:-3]} | {own:,.1f} ms | {name} | lower | {result} |')


if __name__ == '__main__':
    {'rows': rows, 'compare': compare}[sys.argv[1]](sys.argv[2])
