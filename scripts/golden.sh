#!/usr/bin/env bash
# Makes the pictures anew that tests/app/golden_images_test.cpp compares the pages with. Look at what changed before it is
# committed: git diff shows which, an image viewer how. Needs no display.
set -euo pipefail
source "$(dirname "$0")/common.sh"
scripts/setup.sh
TARGET=app_tests build build/release release
STRIATE_MAKE_GOLDEN=1 build/release/tests/app_tests --gtest_filter='*GoldenImages*'
git status --short tests/golden
