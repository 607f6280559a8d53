// What pages of the open network share. On the stage, while there is none: how to get one, that it is being opened, why
// it could not be; above the page's own stage, that its weights are random. In the inspector: which picture it looks
// at.
#pragma once

#include <string>

#include "app/network/network_in_use.h"
#include "app/shell/document.h"
#include "app/widgets/geometry.h"

namespace striate {

class Ui;
enum class ButtonStyle;

// `area`: the whole stage. `rest`: what is left of it for the page. False: the page draws nothing.
bool draw_network_state(Ui& ui, const Rect& area, Rect& rest, const NetworkInUse& network);

// "random, seed 3", "of the training", "trained, part of Striate", "as in the file".
std::string weights_words(const OpenNetworkInfo& info);
// `command`: what is sent: network.open or a page's own that takes a model file too.
void draw_open_model(Ui& ui, const char* label, const std::string& command, ButtonStyle style);
// What is cut out of it, and how to cut `node` out, or to restore all.
void draw_cut_out(Ui& ui, const NetworkMoment& moment, int node);
// `command`: what is sent, network.image or a page's own that does the same.
void draw_network_image(Ui& ui, const Document& document, const std::string& command);

}  // namespace striate
