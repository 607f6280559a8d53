// The settings that a training begins with, each declared once: command, readout, line of state(), default, widget.
#include <string>
#include <string_view>

#include "app/pages/train/train_settings.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/network/models.h"
#include "engine/training/data/augment.h"
#include "engine/training/data/source_folder.h"
#include "engine/training/data/sources.h"
#include "engine/training/optimizer_settings.h"

namespace striate {
namespace {

std::string_view file_of_weights(std::string_view text) { return text == "none" ? "" : text; }

}  // namespace

// Of a new training, in the order in which state() writes them; rate, schedule and changed labels also of the one that
// runs.
LiveSettings declare_config(SettingsOf<TrainingConfig>& s) {
  using Config = TrainingConfig;
  const auto checked = [](auto Config::*field, auto parse) {  // a text that becomes what `parse` makes of it
    return [field, parse](Config& c, const std::string& text) { c.*field = parse(text); };
  };
  // A word that stands for an empty text.
  const auto unless = [](const char* usual) {
    return [usual](const std::string& text) { return text == usual ? std::string() : text; };
  };
  const auto of = [](std::string Config::*field, const char* usual = "") {
    return [field, usual](const Config& c) { return (c.*field).empty() ? std::string(usual) : c.*field; };
  };
  std::string sources, names;
  for (const DataSource& source : data_sources()) sources += std::string(sources.empty() ? "" : ", ") + source.syntax;
  for (const Model& each : models()) names += std::string(names.empty() ? "" : ", ") + each.name;
  s.text("data", "data", "What the network learns from; a new training then",
         Parameter::file_to_read("SOURCE", sources, folder_of_source), of(&Config::data),
         [](Config& c, const std::string& text) {
           if (find_source(text) == nullptr) open_dataset(text);  // says what is wrong with it
           c.data = text;
         });
  s.text("model", "model", "Which network learns, by its name; a new training then", Parameter::word("NAME", names),
         of(&Config::model), checked(&Config::model, [](const std::string& text) { return model(text).name; }))
      .kept = false;
  s.text("layers", "layers", "The network that learns, layer by layer; a new training then",
         Parameter::text("TEXT", "layers with | between: conv 6 5x5 | relu | maxpool 2 | flatten | dense 10"),
         of(&Config::model),
         checked(&Config::model, [](const std::string& text) { return Architecture::parse(text).text(); }))
      .kept = false;
  s.text("optimizer", "optimizer", "How gradients change the weights; a new training then",
         Parameter::text("TEXT",
                         fmt::format("{}, with their settings: sgd momentum 0.9", fmt::join(optimizer_names(), ", "))),
         of(&Config::optimizer),
         checked(&Config::optimizer, [](const std::string& text) { return OptimizerSettings::parse(text).text(); }));
  Setting& rate = s.number("rate", "rate", "Learning rate, also while it trains",
                           {"R", "the rate, or 0 for the optimizer's usual one", 0, 1e6}, &Config::rate);
  Setting& schedule = s.choice(
      "schedule", "schedule", "How the learning rate changes over the steps, also while it trains",
      Parameter::text("TEXT",
                      "constant, step 1000 0.5, cosine 5000, inverse 800, warm-up 100 and one of them; empty: the "
                      "usual one"),
      &Config::schedule);
  Setting& l1 = s.number("l1", "L1 penalty", "Pulls every weight towards 0 by the same amount; a new training then",
                         {"L", "times the sum of the weights' sizes; 0: none", 0, 1}, &Config::l1);
  l1.hands = {0, 0.01};
  l1.decimals = 4;
  l1.step = 0.0001;
  Setting& clip = s.number("clip_norm", "clip gradients to norm",
                           "Scales the gradients down where all of them together are longer; a new training then",
                           {"N", "the largest norm; 0: they stay as they are", 0, 1e9}, &Config::clip_norm);
  clip.hands = {0, 10};
  clip.decimals = 2;
  clip.step = 0.1;
  Setting& loss = s.choice(
      "loss", "loss", "What is made small; a new training then", Parameter::choice("NAME", "which", loss_names()),
      [](const Config& c) { return c.loss; },
      [](Config& c, const std::string& name) {
        c.loss = name;
        if (parse_loss(name) != Loss::cross_entropy) c.label_smoothing = 0;  // nothing to smooth
      });
  loss.labels = {N_("cross-entropy"),        N_("negative log likelihood"), N_("mean squared error"),
                 N_("binary cross-entropy"), N_("binary, from logits"),     N_("maximum a posteriori")};
  loss.readout = "train.loss.function";  // train.loss is its value
  Setting& smoothing = s.number(
      "label_smoothing", "label smoothing", "How much of a label is shared among all classes; a new training then",
      {"E", "the share, with cross-entropy; 0: labels are 1 and 0", 0, 1}, &Config::label_smoothing);
  smoothing.hands = {0, 0.5};
  smoothing.decimals = 2;
  s.integer("batch", "batch", "Pictures of one step; a new training then", {"N", "pictures", 1, 4096}, &Config::batch)
      .now = [] {
    Setting::Now usual;
    for (const char* n : {"1", "8", "16", "32", "64", "128", "256", "512"}) usual.offers.emplace_back(n, n);
    return usual;
  };
  s.integer("seed", "seed", "Where all random numbers begin; a new training then", {"N", "any number", 0, 1e15},
            &Config::seed)
      .hands = {0, 1e9};
  s.choice("split", "split", "Shares of the pictures for training, validation and test; a new training then",
           Parameter::text("T,V,T", "three shares that add up to 1: 0.8,0.1,0.1"), &Config::split)
      .now = [] {
    return Setting::Now{.offers = {{"80, 10, 10 %", "0.8,0.1,0.1"},
                                   {"70, 15, 15 %", "0.7,0.15,0.15"},
                                   {"60, 20, 20 %", "0.6,0.2,0.2"},
                                   {"50, 25, 25 %", "0.5,0.25,0.25"},
                                   {"20, 40, 40 %", "0.2,0.4,0.4"}}};
  };
  s.text("split.by", "split by", "What is divided among the parts: pictures, or whole regions; a new training then",
         Parameter::choice("WHAT", "sample, or region where the data set knows them; reversed: learned from the others",
                           {"sample", "region", "region-reversed"}),
         of(&Config::split_by, "sample"), checked(&Config::split_by, unless("sample")));
  s.text("augment", "augmentation", "Random changes of the pictures that are learned from; a new training then",
         Parameter::text("TEXT", "shift 2, rotate 10, scale 0.1, flip, brightness 0.2, contrast 0.2, or nothing"),
         of(&Config::augment),
         checked(&Config::augment, [](const std::string& text) { return Augmentation::parse(text).text(); }));
  s.choice(
       "initializer", "starting weights", "How the starting weights are drawn; a new training then",
       Parameter::choice("NAME", "which", {"pytorch", "he-normal", "he-uniform", "glorot-normal", "glorot-uniform"}),
       &Config::initializer)
      .labels = {N_("PyTorch's"), N_("He, normal"), N_("He, uniform"), N_("Glorot, normal"), N_("Glorot, uniform")};
  s.text("weights", "weights", "Trained weights to begin with, instead of drawn ones; a new training then",
         Parameter::file_to_read("FILE", "safetensors, PyTorch's .pt or ONNX, of the same network; none: drawn ones",
                                 file_of_weights),
         of(&Config::weights, "none"), checked(&Config::weights, unless("none")));
  s.on_off("weights.partial", "only what fits", "Whether of these weights only some need fit; a new training then",
           "off: all of them; on: what fits", &Config::partial);
  s.integer("head", "new last layer", "A new last layer, freshly initialized; a new training then",
            {"N", "its outputs, one for each class; 0: the network's own", 0, 1 << 20}, &Config::head);
  s.choice("freeze", "frozen layers", "Layers that keep their weights; a new training then",
           Parameter::text("LAYERS", "names, numbers, ranges: 0-3,conv5; backbone: all before the head; or nothing"),
           &Config::freeze);
  s.text("normalization", "normalization",
         "What is taken from each channel and what it is divided by; a new training then",
         Parameter::text("TEXT", "mean A,B,C std A,B,C; measured: those of the training part"),
         of(&Config::normalization, "measured"), checked(&Config::normalization, unless("measured")));
  Setting& wrong = s.number("wrong_labels", "labels made wrong",
                            "How many labels of the training part are made wrong on purpose; a new training then",
                            {"SHARE", "the share, drawn by the seed; 0: none", 0, 1}, &Config::wrong_labels);
  wrong.hands = {0, 0.5};
  wrong.decimals = 2;
  Setting& labels = s.choice(
      "labels", "changed labels", "Pictures that were given another class or left out, also while it trains",
      Parameter::text("LIST", "a picture's number in the data set, =, and a class's number or out: 12=3 45=out"),
      &Config::labels);
  return {rate, schedule, labels};
}

}  // namespace striate
