# One word a chore. Everything happens in .venv; nothing is installed elsewhere.
REQUEST ?= a song that expresses hope and wonder
DATA ?= ../shared/data
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
override REQUEST := $(value REQUEST)
export REQUEST

.PHONY: song studio test test-slow check bench presets gallery lesson clean

song: .venv/.base  ## compose $(REQUEST) into out/
	@$(BIN)/aoede compose "$$REQUEST" --out out

studio: .venv/.base  ## open the page on which songs are made
	@$(BIN)/aoede studio

test: .venv/.dev  ## the tests, under five minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

test-slow: .venv/.dev  ## the long ones too
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --hypothesis-profile=default

check: .venv/.dev  ## style, types, layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layout.py

bench: .venv/.dev  ## the figures of docs/BENCHMARKS.md
	@failed=; for bench in bench/*.py; do \
		echo "== $$bench"; $(BIN)/python $$bench $(DATA) || failed="$$failed $$bench"; \
	done; test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

presets: .venv/.base  ## train the shipped models from DATA (three hours; Debian, for its word lists)
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[presets,train]'
	tools/preset_sources.sh build/sources
	$(BIN)/python -m aoede.learning.mood_table $(DATA) src/aoede/presets --minilm build/sources/minilm.whl \
		--word-lists build/sources/american-english build/sources/british-english \
		--jieba build/sources/dict.txt --unihan build/sources/Unihan_Readings.txt.bz2 --cache build/mood_vectors
	$(BIN)/python -m aoede.learning.pronunciations $(DATA) src/aoede/presets
	$(BIN)/python -m aoede.learning.harmony $(DATA) src/aoede/presets/harmony.safetensors
	$(BIN)/python -m aoede.learning.harmony_network $(DATA) src/aoede/presets/harmony_rnn.safetensors
	$(BIN)/python -m aoede.learning.harmonise $(DATA) src/aoede/presets/harmonise.safetensors
	$(BIN)/python -m aoede.learning.rbm_preset $(DATA) src/aoede/presets/rbm.safetensors
	$(BIN)/python -m aoede.learning.melody_preset $(DATA) src/aoede/presets/melody.safetensors
	$(BIN)/python -m aoede.learning.melody_preset $(DATA) src/aoede/presets/melody_ngram.safetensors ngram
	$(BIN)/python -m aoede.learning.melody_preset $(DATA) src/aoede/presets/melody_transformer.safetensors transformer
	$(BIN)/python -m aoede.learning.known_phrases $(DATA) src/aoede/presets/phrases.safetensors
	$(BIN)/python -m aoede.learning.drum_preset $(DATA) src/aoede/presets/drums.safetensors
	$(BIN)/python -m aoede.learning.sound_preset $(DATA) src/aoede/presets/notes.safetensors --run build/notes
	$(BIN)/python -m aoede.learning.reply_preset $(DATA) src/aoede/presets/replies.safetensors \
		--minilm build/sources/minilm.whl --run build/replies
	$(BIN)/python -m aoede.learning.text_presets $(DATA) src/aoede/presets --runs build/texts
	$(BIN)/python -m aoede.learning.song_lines $(DATA) src/aoede/presets --minilm build/sources/minilm.whl \
		--unihan build/sources/Unihan_Readings.txt.bz2

gallery: .venv/.base  ## compose the songs of docs/songs again
	$(BIN)/python tools/gallery.py

lesson: .venv/.dev  ## run the lessons again and redraw their pictures
	$(BIN)/python tools/lesson.py

clean:
	rm -rf .venv out build src/*.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

# The constraints hold for the build of the package too.
.venv/.base: pyproject.toml constraints.txt | .venv/bin/python
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[score]'
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/python
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,score,train,wavenet]'
	@touch $@ .venv/.base
