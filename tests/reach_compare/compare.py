#!/usr/bin/env python3
"""Compares `tailor --dump=reach` with the closure of the stock compiler (design reach.md 6.3).

usage: compare.py DUMP CASE [--extra N] [--missing N]
DUMP  output of --dump=reach for the case
CASE  name in closures/, e.g. t1-04-hello

Prints how many methods and constructed types are common, missing (theirs only) and extra (ours only). Exit code 1 if
anything is missing that explained.txt does not explain. `System.__Canon` of theirs matches any argument of ours.
"""
import argparse
import collections
import gzip
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def split_arguments(text, start):
    """Arguments of the `<...>` that opens at `start`; returns (list, index after `>`)."""
    items, depth, begin = [], 0, start + 1
    for i in range(start, len(text)):
        c = text[i]
        if c in '<[':
            depth += 1
        elif c in '>]':
            depth -= 1
            if depth == 0:
                items.append(text[begin:i])
                return items, i + 1
        elif c == ',' and depth == 1:
            items.append(text[begin:i])
            begin = i + 1
    return items, len(text)


def is_argument_list(text, i):
    """`<` opens arguments after `1-like arity or a method name; not in compiler-made names such as <>c or <Main>$."""
    return i > 0 and text[i - 1] not in '/:.<>,( ' and not text.startswith('<>', i)


def parse(name):
    """(skeleton without generic arguments, list of the arguments in order)."""
    out, arguments, i = [], [], 0
    while i < len(name):
        if name[i] == '<' and is_argument_list(name, i):
            items, i = split_arguments(name, i)
            arguments.append(items)
            out.append('<%d>' % len(items))
        else:
            out.append(name[i])
            i += 1
    return ''.join(out), arguments


def argument_matches(theirs, ours):
    if theirs == 'System.__Canon':
        return True
    if '__Canon' not in theirs:
        return theirs == ours
    their_skeleton, their_arguments = parse(theirs)
    our_skeleton, our_arguments = parse(ours)
    return their_skeleton == our_skeleton and arguments_match(their_arguments, our_arguments)


def arguments_match(theirs, ours):
    return len(theirs) == len(ours) and all(
        len(a) == len(b) and all(argument_matches(x, y) for x, y in zip(a, b)) for a, b in zip(theirs, ours))


def match(theirs, ours):
    """(common pairs' left sides, missing, extra)."""
    by_skeleton = collections.defaultdict(list)
    for name in ours:
        skeleton, arguments = parse(name)
        by_skeleton[skeleton].append((arguments, name))
    matched, missing = set(), []
    for name in theirs:
        skeleton, arguments = parse(name)
        hits = [our for our_arguments, our in by_skeleton[skeleton] if arguments_match(arguments, our_arguments)]
        matched.update(hits)
        if not hits:
            missing.append(name)
    return len(theirs) - len(missing), missing, [name for name in ours if name not in matched]


def read_truth(case, kind):
    path = os.path.join(HERE, 'closures', '%s.%s.txt.gz' % (case, kind))
    with gzip.open(path, 'rt', encoding='utf-8') as file:
        return [line.rstrip('\n') for line in file if line.strip()]


def read_dump(path):
    lines = collections.defaultdict(list)
    with open(path, encoding='utf-8') as file:
        for line in file:
            lines[line[0]].append(line[2:].rstrip('\n'))
    return lines


def read_explained():
    rules = []
    with open(os.path.join(HERE, 'explained.txt'), encoding='utf-8') as file:
        for line in file:
            line = line.rstrip('\n')
            if line and not line.startswith('#'):
                kind, case, pattern, reason = line.split('\t')
                rules.append((kind, case, re.compile(pattern), reason))
    return rules


def explain(kind, case, names, rules):
    """Splits into (unexplained, count by reason)."""
    open_names, reasons = [], collections.Counter()
    for name in names:
        for rule_kind, rule_case, pattern, reason in rules:
            if rule_kind == kind and rule_case in ('*', case) and pattern.search(name):
                reasons[reason] += 1
                break
        else:
            open_names.append(name)
    return open_names, reasons


def report(kind, case, theirs, ours, rules, limits):
    common, missing, extra = match(theirs, ours)
    unexplained, reasons = explain(kind, case, missing, rules)
    print('%s: theirs %d, ours %d, common %d, missing %d (%d unexplained), extra %d'
          % (kind, len(theirs), len(ours), common, len(missing), len(unexplained), len(extra)))
    for reason, count in reasons.most_common():
        print('    explained: %d %s' % (count, reason))
    for title, names, limit in (('missing', unexplained, limits.missing), ('extra', extra, limits.extra)):
        for name in names[:limit]:
            print('    %s: %s' % (title, name))
    return len(unexplained)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('dump')
    parser.add_argument('case')
    parser.add_argument('--missing', type=int, default=1000)
    parser.add_argument('--extra', type=int, default=0)
    options = parser.parse_args()
    lines, rules = read_dump(options.dump), read_explained()
    bad = report('methods', options.case, read_truth(options.case, 'methods'), lines['M'], rules, options)
    their_types = [name for name in read_truth(options.case, 'types') if '__Canon' not in name]
    bad += report('types', options.case, their_types, lines['T'], rules, options)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
