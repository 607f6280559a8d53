// LeNet as it was: the network of 1989, LeNet-5 of 1998 and today's version on one drawing, which is moved, turned,
// scaled, made thicker, covered with noise; and a network that slides over a number of several digits.
//
// lenet.cpp: state, update.  lenet_commands.cpp: commands and readouts.  lenet_stage.cpp, lenet_row.cpp: the stage.
// lenet_inspector.cpp.  lenet_work.h: what is computed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/network/network_in_use.h"
#include "app/pages/layer_table.h"
#include "app/pages/lenet/lenet_work.h"
#include "app/pages/page.h"
#include "app/widgets/hover_note.h"
#include "app/worker/latest.h"

namespace striate {

class LenetPage : public Page {
 public:
  explicit LenetPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override { return answers_work_.busy() || row_work_.busy() || ring_work_.busy(); }
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override;
  void draw_inspector(Ui& ui) const override;
  std::vector<Key> keys() const override;

 private:
  struct State {
    int model = 2;  // of lenet_models()
    std::string view = "layers";
    bool slide = false;
    Placement placement;
    double pen = static_cast<double>(kPenWidth);
  };
  NetworkInUse& network() const { return *context_.document.network; }
  const LenetModel& model() const { return lenet_models()[static_cast<size_t>(state_.model)]; }
  void commit(State next);
  void changed();  // the drawing, or how it is placed
  RowPicture row_picture() const;
  int columns() const;                // answers over that row; 0: nothing stands in it
  Architecture architecture() const;  // of the chosen network
  void keep_layer();
  std::optional<int> node(const NetworkMoment& moment) const;
  // The open network, where it is the chosen model; null: it is another, or on its way.
  bool model_is_asked_for() const;  // as the open network
  const NetworkMoment* open_model() const;

  // lenet_commands.cpp
  void declare_settings();
  void declare_readouts(Registry& registry);
  void draw_words(const std::string& text);
  void write(const std::string& text);
  void train();
  // Throw NotReady where they are not there yet, and ask for them.
  const LenetAnswers& need_answers();
  const LenetRow& need_row();
  const LenetRing& need_ring();
  void ask_answers();
  void ask_row();
  void ask_ring();

  // lenet_stage.cpp
  void draw_pad(Ui& ui, Rect area) const;
  void draw_received(Ui& ui, Rect area) const;
  void draw_answers(Ui& ui, Rect area) const;
  void draw_layers(Ui& ui, Rect area, HoverNote& note) const;
  void draw_glyphs(Ui& ui, Rect area, HoverNote& note) const;
  void draw_ring(Ui& ui, Rect area) const;
  void draw_row(Ui& ui, Rect area, HoverNote& note) const;  // lenet_row.cpp
  void draw_string(Ui& ui, Rect area) const;

  // Of each network, for a picture of the size that it was made for.
  struct Counts {
    int64_t parameters = 0, connections = 0, multiply_adds = 0;
  };
  const Counts& counts() const { return counts_[static_cast<size_t>(state_.model)]; }

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  std::vector<Counts> counts_;
  Drawing drawing_;
  std::vector<float> ink_;
  std::string text_;  // that was written; empty: what is drawn is read
  uint64_t text_seed_ = 1;
  int digit_ = -1;  // that the program wrote last, and in which hand
  int64_t hand_ = 1;
  Point pen_{kPadSide / 2.0f, kPadSide / 2.0f};
  std::string layer_ = "0";
  int column_ = 0;  // of the row, that is looked at
  uint64_t revision_ = 1;

  std::shared_ptr<LenetWorker> worker_;
  std::optional<LenetAnswers> answers_;
  std::optional<LenetRow> row_;
  std::optional<LenetRing> ring_;
  uint64_t asked_answers_ = 0, asked_row_ = 0, asked_ring_ = 0;
  ShownLayer shown_;
  int revealed_ = -1;
  Latest<LenetAnswers> answers_work_;
  Latest<LenetRow> row_work_;
  Latest<LenetRing> ring_work_;
};

PageKind lenet_page();

}  // namespace striate
