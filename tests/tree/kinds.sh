#!/usr/bin/env bash
# Nothing but the list of kinds compares a layer's word: what others must know of a kind is a member of its LayerKind
# (engine/network/layer_kind.h). This reads the sources for comparisons with such words.
#
#   tests/tree/kinds.sh [ROOT]    ROOT: the tree to look at (this one unless given)
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
words() { sed -nE 's/^ *\.word = "([a-z0-9]+)",.*/\1/p' "$root"/engine/network/layers/*.cpp | paste -sd'|'; }
list=$(words)
[ "$(tr '|' '\n' <<<"$list" | wc -l)" -gt 50 ] || { echo "kinds.sh: found too few kinds: $list"; exit 1; }
# check ROOT: kind() compared with anything, or anything called kind or word with one of their words; a table of them;
# a look at how a layer's text begins.
check() {
  (cd "$1" && grep -rnE --include='*.h' --include='*.cpp' \
    -e 'kind\(\) *[!=]= *"' -e "\b(kind|word|layer_kind) *[!=]= *\"($list)\"" -e "\"($list)\" *[!=]= *[a-z_.>()-]*kind\b" \
    -e "text\(\)\.(rfind|starts_with|find)\(\"($list)[ \"]" -e '\bis_one_of\([a-z_.>()-]*kind' engine app)
}
wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
mkdir -p "$wrong/engine" "$wrong/app"
printf '%s\n' 'if (layer->kind() == "conv") return;' 'const bool f = kind != "flatten";' >"$wrong/engine/a.cpp"
printf '%s\n' 'if (layer.kind == "relu") ++n;' 'return is_one_of(layer->kind(), list);' 'x.text().rfind("conv ", 0);' >"$wrong/app/a.cpp"
if [ "$(check "$wrong" | wc -l)" -ne 5 ]; then
  echo "kinds.sh: the wrong tree has 5 findings, found:"
  check "$wrong"
  exit 1
fi
# Words of other families that read the same: a schedule's, a pooling's, an operator's of ONNX.
others='^(app/pages/(pooling_commands|train/train_settings)|engine/(onnx/convert_place|training/schedule))\.cpp:'
findings=$(check "$root" | grep -vE "$others")
if [ -n "$findings" ]; then
  printf '%s\n' "$findings" "compare a member of LayerKind (engine/network/layer_kind.h) instead of its word"
  exit 1
fi
echo "no kind of layer is told by its word"
