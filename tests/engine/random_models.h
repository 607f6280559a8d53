// Texts of architectures at random, right ones and wrong ones: every kind of layer with settings that fit the shape
// that comes in, or with any at all. A text is a function of its seed alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "engine/network/architecture.h"
#include "engine/network/layer_kind.h"
#include "engine/network/layer_words.h"

namespace striate {

class RandomModel {
 public:
  RandomModel(uint64_t seed, const Shape& input) : random_(seed) { architecture_.set_input(input); }

  // Layers, mostly with an end that a loss takes.
  std::string text() {
    set_shape();
    if (chance(15)) put("reshape batch" + factors(shape_.count(), 4));  // as a volume
    for (int64_t left = whole(1, 9); left > 0; --left) add();
    const int64_t end = whole(0, 9);
    if (end < 7) {
      put("flatten", true);
      put("dense 10", true);
    } else if (end == 7) {
      put("globalavgpool", true);
      put("dense 10", true);
    } else if (end == 8) {
      put("reshape batch,-1", true);
      put(one_of({"dense 10", "dense 9", "dense 10 no bias", "dense 1"}), true);
    }
    std::string text;
    for (const std::string& line : lines_) text += (text.empty() ? "" : " | ") + line;
    return whole(0, 19) == 0 ? damaged(std::move(text)) : text;
  }

 private:
  int64_t whole(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_); }
  bool chance(int64_t percent) { return whole(1, 100) <= percent; }
  template <typename T>
  T one_of(const std::vector<T>& values) {
    return values[static_cast<size_t>(whole(0, static_cast<int64_t>(values.size()) - 1))];
  }
  std::string one_of(std::initializer_list<const char*> values) { return one_of(std::vector<const char*>(values)); }

  // A small number; now and then one that nobody would write.
  int64_t number(int64_t most = 6) {
    if (!chance(4)) return whole(1, most);
    return one_of<int64_t>(
        {0, -1, -7, 28, 1024, 1025, 65536, 65537, 16777216, 2147483647, 2147483648, INT64_MAX, INT64_MIN});
  }
  std::string text_of(int64_t value) const { return std::to_string(value); }
  std::string n(int64_t most = 6) { return text_of(number(most)); }
  std::string real() {
    return chance(4) ? one_of({"nan", "inf", "-inf", "1e30", "-1e30", "0", "1e-40", "-0"})
                     : text_of(whole(-20, 20)) + one_of({"", ".5", ".25", "e-1"});
  }
  std::string maybe(int64_t percent, const std::string& words) { return chance(percent) ? " " + words : ""; }
  std::string window(int axes, int64_t most) {
    if (chance(50)) return n(most);
    std::string text = n(most);
    for (int i = 1; i < axes; ++i) text += "x" + n(most);
    return text;
  }
  std::string list(size_t count, const std::function<std::string()>& each) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += (i > 0 ? "," : "") + each();
    return text;
  }
  std::string axis() { return chance(95) && rank() > 0 ? text_of(whole(chance(15) ? 0 : 1, rank() - 1)) : n(9); }
  int rank() const { return shape_.rank(); }
  int64_t size(int64_t at) const { return at >= 0 && at < rank() ? shape_[static_cast<int>(at)] : 1; }
  std::string node() {
    return architecture_.size() > 1 && chance(90)
               ? architecture_.nodes()[static_cast<size_t>(whole(0, architecture_.size() - 1))].name
               : one_of({"input", "nowhere", "0", "99"});
  }

  std::string windowed(const std::string& kind) {
    const bool volume = kind.find("3d") != std::string::npos || (kind == "maxpoolindices" && rank() == 5);
    const bool row = rank() == 3;
    const int axes = volume ? 3 : 2;
    const auto sizes = [&](int64_t most) { return row && chance(90) ? "1x" + n(most) : window(axes, most); };
    std::string text = kind;
    if (kind.rfind("conv", 0) == 0) text += " " + n(8);
    text += " " + (kind.rfind("conv", 0) == 0 && !volume && !row ? n(4) + "x" + n(4) : sizes(4));
    text += maybe(40, "stride " + sizes(3));
    text += maybe(40, "pad " + (volume ? (chance(50) ? n(2) : list(6, [&] { return n(2); }))
                                : row  ? "0,0," + n(2) + "," + n(2)
                                       : (chance(50) ? n(2) : list(4, [&] { return n(2); }))));
    text += maybe(15, "dilation " + sizes(2));
    if (kind.rfind("conv", 0) == 0) {
      text += maybe(15, "groups " + n(4)) + maybe(20, "no bias");
      if (kind.find("transpose") != std::string::npos) text += maybe(15, "output padding " + sizes(2));
    } else {
      text += maybe(20, "ceil");
      if (kind.rfind("avg", 0) == 0) text += maybe(20, "without padding");
      if (kind == "maxpoolindices") text += maybe(20, "columns first");
    }
    return text;
  }

  // `count` sizes that multiply to it, each behind a comma.
  std::string factors(int64_t product, int64_t count) {
    std::string text;
    for (; count > 1; --count) {
      int64_t factor = whole(1, 8);
      while (product % factor != 0) --factor;
      text += "," + text_of(factor);
      product /= factor;
    }
    return text + "," + text_of(product);
  }
  std::string reshaped() {
    const int64_t tail = rank() > 0 && shape_[0] != 0 ? shape_.count() / shape_[0] : 1;
    if (chance(50)) return "reshape batch" + factors(tail, whole(1, 4));
    switch (whole(0, 7)) {
      case 0:
        return "reshape batch,-1";
      case 1:
        return "reshape -1," + text_of(tail);
      case 2:
        return "reshape batch," + text_of(tail) + ",1";
      case 3:
        return "reshape batch,1,-1," + n(4);
      case 4:
        return "reshape batch," + n(4) + ",-1";
      case 5:
        return one_of(
            {"reshape -1", "reshape scalar", "reshape batch", "reshape 1,-1", "reshape 7,-1", "reshape -1,10"});
      case 6:
        return "reshape -1,batch";
      default:
        return "reshape " + list(static_cast<size_t>(whole(1, 5)), [&] { return n(28); });
    }
  }
  std::string resized() {
    const auto each = [&](int64_t i) { return chance(50) ? text_of(size(i)) : n(2 * std::min<int64_t>(size(i), 12)); };
    std::string sizes = chance(85) ? "batch" : one_of({"1", "2", "3", "7", "14", "0"});
    for (int i = 1; i < rank(); ++i) sizes += "," + each(i);
    std::string text = "resize " + one_of({"nearest", "linear"}) + " " + sizes;
    const auto scales = [&] {
      return chance(50) ? std::string("1") : one_of({"0.5", "2", "1.3", "0.1", "1e-9", "1e8"});
    };
    if (chance(20))
      text += " scales " + (chance(80) ? "1" + std::string(rank() > 1 ? "," : "") : "") +
              list(static_cast<size_t>(std::max(0, rank() - 1)), scales);
    text += maybe(30, "coordinates " + one_of({"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "asymmetric",
                                               "align_corners", "tf_crop_and_resize"}));
    text += maybe(20, "rounding " + one_of({"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}));
    text += maybe(10, "roi " + list(static_cast<size_t>(2 * rank()), [&] { return real(); }));
    return text + maybe(10, "outside " + real()) + maybe(20, "antialias") + maybe(20, "exclude outside");
  }
  std::string transposed() {
    std::vector<int64_t> order;
    for (int i = 0; i < rank(); ++i) order.push_back(i);
    if (!order.empty()) std::shuffle(order.begin() + (chance(80) ? 1 : 0), order.end(), random_);
    return "transpose " + (chance(95) && !order.empty() ? list_text(order) : list(4, [&] { return n(3); }));
  }
  std::string sliced() {
    const std::string along = axis();
    const int64_t most = chance(90) && along.size() == 1 ? size(along[0] - '0') : 40;
    std::string text = "slice axis " + along + " from " + (chance(70) ? "0" : text_of(whole(-most - 1, most))) +
                       " to " +
                       (chance(50)   ? text_of(most)
                        : chance(90) ? text_of(whole(-most - 1, most))
                                     : n());
    return text + maybe(30, "step " + (chance(70) ? n(3) : text_of(-whole(1, 3))));
  }
  std::string gathered() {
    const std::string along = axis();
    const int64_t most = std::max<int64_t>(1, along.size() == 1 ? size(along[0] - '0') : 4);
    const size_t count = static_cast<size_t>(whole(1, 4));
    const std::string places = list(count, [&] { return chance(95) ? text_of(whole(-most, most - 1)) : n(99); });
    const std::string shape = chance(15) ? " shape " + one_of({"1x1", "2x2", "scalar", "0", "4x1"}) : "";
    return "gather axis " + along + shape + " " + places;
  }
  std::string padded() {
    const size_t axes = static_cast<size_t>(rank());
    std::vector<int64_t> pads(std::max<size_t>(2, 2 * axes), 0);
    for (size_t i = 0; i < pads.size(); ++i) {
      if ((i % std::max<size_t>(1, axes) != 0 || chance(10)) && chance(40))
        pads[i] = chance(95) ? whole(-2, 3) : number();
    }
    return "pad " + one_of({"constant", "edge", "reflect", "wrap"}) + " " + list_text(pads) +
           maybe(20, "value " + real());
  }
  std::string constant() {
    std::string text = "constant ";
    if (chance(10)) return text + "scalar";
    std::vector<std::string> sizes;
    for (int i = rank() - 1; i > (chance(30) ? -1 : 0) && (sizes.empty() || chance(80)); --i) {
      sizes.insert(sizes.begin(), chance(40) ? text_of(size(i)) : chance(80) ? "1" : n(20));
    }
    if (sizes.empty()) sizes.emplace_back(n(10));
    for (size_t i = 0; i < sizes.size(); ++i) text += (i > 0 ? "x" : "") + sizes[i];
    return text;
  }

  std::string layer(const std::string& kind) {
    if (kind == "tableconv") {
      const auto filter = [&] { return text_of(whole(0, 2)) + (chance(30) ? "+3" : ""); };
      std::string table = list(static_cast<size_t>(whole(1, 5)), filter);
      return "tableconv " + table + " " + n(3) + maybe(40, "stride " + n(2)) + maybe(30, "pad " + n(2)) +
             maybe(20, "no bias");
    }
    if (kind == "sumpool") return "sumpool " + n(3);
    if (kind.rfind("conv", 0) == 0 || (kind.find("pool") != std::string::npos && kind.rfind("global", 0) != 0))
      return windowed(kind);
    if (kind == "local")
      return "local " + n(4) + " " + n(4) + maybe(30, "pad 1") + maybe(50, "sets " + n(3)) + maybe(20, "no bias");
    if (kind == "reshape") return reshaped();
    if (kind == "resize") return resized();
    if (kind == "transpose") return transposed();
    if (kind == "slice") return sliced();
    if (kind == "gather") return gathered();
    if (kind == "pad") return padded();
    if (kind == "constant") return constant();
    if (kind == "dense") return "dense " + n(12) + maybe(20, "no bias");
    if (kind.rfind("global", 0) == 0) return kind + maybe(50, "keep");
    if (kind == "add" || kind == "concat")
      return kind + " " + node() + maybe(20, node()) + (kind == "concat" ? maybe(30, "axis " + axis()) : "");
    if (find_layer_kind(kind)->takes == Takes::many) return kind + " " + node();
    if (kind == "softmax" || kind == "logsoftmax")
      return kind + (chance(50) ? "" : one_of({" axis ", " from "}) + axis());
    if (kind.rfind("layernorm", 0) == 0)
      return kind + " from " + axis() + (kind == "layernormmean" ? "" : maybe(20, "epsilon 0.1")) +
             (kind == "layernorm" ? maybe(20, "no scale") + maybe(20, "no bias") : "");
    if (kind.rfind("reduce", 0) == 0)
      return kind + " " + list(static_cast<size_t>(whole(1, 2)), [&] { return axis(); }) + maybe(50, "keep");
    if (kind == "flatten") return kind + maybe(20, "axis " + axis());
    if (kind == "subsample") return kind + " " + n(3) + maybe(40, "channels " + n(20));
    if (kind == "groupnorm") return kind + " " + n(4) + maybe(20, "epsilon " + real());
    if (kind == "batchnorm") return kind + maybe(20, "epsilon " + real()) + maybe(20, "momentum 0.5");
    if (kind == "lrn")
      return kind + " " + n(6) + maybe(30, "alpha " + real()) + maybe(30, "beta 0.5") + maybe(30, "k 2");
    if (kind == "dropout") return kind + one_of({" 0.5", " 0", " 0.99", " 1", " -1"});
    if (kind == "prelu") {
      return kind + (chance(40) ? " shared" : chance(50) ? " shape " + text_of(size(rank() - 1)) : "");
    }
    if (kind == "scaledtanh") return kind + maybe(30, real() + " " + real());
    if (kind == "rbf") return (chance(60) ? "flatten | dense 84 | " : "") + kind + " " + n(12) + maybe(40, "negative");
    if (kind == "clip") return kind + " " + one_of({"none", "-1", "0"}) + " " + real();
    if (kind == "gelu") return kind + maybe(50, "tanh");
    if (kind == "hardsigmoid") return kind + maybe(50, real() + " " + real());
    if (kind == "elu" || kind == "celu" || kind == "leakyrelu") return kind + maybe(50, real());
    return kind;
  }

  void add() {
    const std::vector<LayerKind>& kinds = layer_kinds();
    const bool wrong = chance(8);  // then any settings may stay
    for (int tries = 0; tries < 12; ++tries) {
      if (chance(10)) put("from " + node());
      const std::string kind = kinds[static_cast<size_t>(whole(0, static_cast<int64_t>(kinds.size()) - 1))].word;
      if (kind == "repeat" && chance(80)) {  // values that every picture shares
        if (put("constant 1x" + text_of(whole(1, 6))) && put("repeat input")) return;
        continue;
      }
      const bool volume = rank() == 5 && chance(60);
      std::string words = layer(volume ? one_of({"conv3d", "convtranspose3d", "maxpool3d", "avgpool3d"}) : kind);
      if (chance(5)) words.insert(0, one_of({"a: ", "b: ", "x/y: "}));
      if (put(words, wrong)) return;
    }
  }
  void set_shape() { shape_ = architecture_.shapes(1).back(); }
  // Takes the line where the architecture is then right for a batch of 1, or in any case.
  bool put(const std::string& line, bool anyway = false) {
    std::string all = "input " + sizes_text(architecture_.input().sizes());
    for (const std::string& each : lines_) all += " | " + each;
    try {
      const bool branch = line.rfind("from ", 0) == 0;
      Architecture longer = Architecture::parse(all + " | " + line + (branch ? " | identity" : ""));
      const std::vector<Shape> shapes = longer.shapes(1);
      if (shapes.back().count() > 40000 && !anyway) return false;  // small enough for thousands of them
      if (!branch) architecture_ = std::move(longer);
      shape_ = shapes.back();
    } catch (const Error&) {
      if (!anyway) return false;
    }
    lines_.push_back(line);
    return true;
  }

  // A few signs lost, doubled or changed.
  std::string damaged(std::string text) {
    const size_t at = static_cast<size_t>(whole(0, static_cast<int64_t>(text.size()) - 1));
    switch (whole(0, 3)) {
      case 0:
        return text.erase(at, static_cast<size_t>(whole(1, 6)));
      case 1:
        return text.insert(at, text.substr(at, static_cast<size_t>(whole(1, 9))));
      case 2:
        text[at] = one_of(std::vector<char>{' ', '|', ',', 'x', '-', '0', '9', ':', '#', '\0', '\xff', '.'});
        return text;
      default:
        return text.substr(0, at);
    }
  }

  std::mt19937_64 random_;
  Architecture architecture_;  // of the lines so far, where they are right
  Shape shape_;                // what the next layer reads
  std::vector<std::string> lines_;
};

}  // namespace striate
