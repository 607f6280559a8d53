// The open network: what it is, what it looks at, what it answers. The one that page `train` trains, at the step which
// its timeline shows, or any model file. All of it is in the document (network/network_in_use.h), whose commands and
// readouts have this page's name; here are only the stage, the inspector and the layer that is chosen.
//
// network.cpp: state, the inspector.  network_stage.cpp: what stands where.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/network/network_in_use.h"
#include "app/pages/layer_table.h"
#include "app/pages/page.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/tensor_grid.h"

namespace striate {

class NetworkPage : public Page {
 public:
  explicit NetworkPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  void image_changed() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override;
  void draw_inspector(Ui& ui) const override;
  std::vector<Key> keys() const override;

 private:
  NetworkInUse& network() const { return *context_.document.network; }
  int chosen_node(const NetworkMoment& moment) const;

  // network_stage.cpp
  void draw_top(Ui& ui, Rect area, const NetworkMoment& moment) const;

  void draw_choice(Ui& ui) const;
  void draw_facts(Ui& ui, const NetworkMoment& moment) const;
  void draw_picture(Ui& ui, const NetworkMoment* moment) const;

  PageInfo info_;
  PageContext context_;
  std::string chosen_ = "0";  // the layer whose maps are shown: its number or name
  ShownLayer shown_;
  int revealed_ = -1;  // the node whose row was scrolled to
};

PageKind network_page();

}  // namespace striate
