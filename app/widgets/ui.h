// Everything a page draws with. An immediate-mode layer over Dear ImGui's draw lists and fonts: own layout, own input,
// own focus, own look. Units are logical pixels; the scale of the monitor and of presentation mode is below them.
//
// For page authors
// ----------------
//  * draw functions are const and change nothing: a widget sends a command as text, `ui.send("filters.mode wrap")`, and
//    the app runs it after the frame. Most widgets take a command prefix and add the value: "filters.strength" sends
//    "filters.strength 0.75".
//  * draw_inspector: widgets fill a column from the top. section("PIXEL"), row("size", "12 x 16"), slider(...),
//  hairline().
//    begin_flow()/end_flow() puts widgets side by side, wrapping; begin_columns(n)/end_columns() in n equal columns.
//  * draw_stage gets its area: place widgets with ui.next(rect), draw with fill(), line(), label(), picture(), cells().
//  * draw_transport: begin_row(area), widgets from the left, pack_right(), widgets from the right, next(remaining())
//    for a slider that takes the rest, end_row().
//  * every interactive thing has a label that is unique on its page (push_id where it can't be) and goes through
//    interact(): it is then clickable by label in tests, reachable with Tab, and has a tooltip with the command's help.
//  * texts are in English; widgets, notes and tooltips find their translation themselves, label() and measure()
//    draw what they get: tr(), format_tr() (app/words/words.h).
//  * colors: ui.theme().input, .kernel, .bias, .activation, .gradient; gray text is .secondary. Never a
//    literal color.
//  * words in text: "[kernel](kernel)" is colored and lights what is lit(Concept::kernel); **bold**; `number`
//    (app/command/prose.h).
//  * when the thing itself is hovered call light(Concept::kernel): its words in the narration light up.
#pragma once

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/command/controls.h"
#include "app/command/prose.h"
#include "app/command/registry.h"
#include "app/shell/theme.h"
#include "app/widgets/drawn.h"
#include "app/widgets/geometry.h"
#include "app/widgets/input.h"
#include "app/widgets/line_edit.h"
#include "app/widgets/picture.h"
#include "app/widgets/picture_callback.h"
#include "app/widgets/sheet.h"
#include "app/widgets/view.h"

namespace striate {

class Fonts;
class Glossary;
class Textures;
struct GlossaryEntry;
class TileCache;

// Type by role. number and big_number are monospaced.
// control is what stands on buttons and rows, label the small capitals of sections.
enum class Font { body, strong, heading, control, caption, label, number, big_number };
enum class Align { left, center, right };

// An interactive thing of this frame: for clicks by label, the "touch this" ring, tooltips and the items file.
struct Item {
  uint64_t id = 0;
  std::string label;
  std::string command;  // what it sends: the whole line, or its beginning
  std::string kind;     // "button", "slider", ...
  Rect rect;            // on the screen; may be scrolled out of its panel
  Rect visible;         // the part that can be seen and clicked
  bool enabled = true;
  bool focusable = true;
  bool takes_wheel = false;
  std::string key;  // "Ctrl+O", empty if none
  int layer = 0;
  bool scrolls = false;                              // stands in a panel that scrolls
  float number = 0;                                  // the size of the smallest number drawn in its cells; 0: none is
  Controls::Access access = Controls::Access::open;  // what a teacher left of it
};

struct ItemSpec {
  std::string_view label;
  std::string_view command = {};
  std::string_view kind = "item";
  bool enabled = true;
  bool focusable = true;
  std::string_view tooltip = {};  // instead of the command's help
  bool takes_wheel = false;       // the wheel is for this item, not for the panel it stands in
  bool takes_press = true;        // Enter and Space press it; else they stay the page's
};

struct Response {
  uint64_t id = 0;
  bool hovered = false;
  bool pressed = false;   // the left button went down on it in this frame
  bool held = false;      // and is still down
  bool released = false;  // and came up in this frame
  bool clicked = false;   // released over it, or Enter or Space while focused
  bool double_clicked = false;
  bool right_clicked = false;
  bool focused = false;   // has the keyboard's focus
  bool keyboard = false;  // focus is shown: arrows belong to the item
  Vec drag;               // movement since the last frame while held
  Vec dragged;            // movement since it was pressed
  float wheel = 0;        // notches, when takes_wheel
};

enum class ButtonStyle { normal, primary, quiet };
enum class Icon {
  none,
  play,
  pause,
  step,
  back,
  forward,
  tick,
  cross,
  plus,
  minus,
  menu,
  panel,
  folder,
  file,
  up,
  search,
  help,
  sun,
  moon,
  down,
  reset,
  picture,
  eye,
  lock
};

struct ButtonOptions {
  ButtonStyle style = ButtonStyle::normal;
  Icon icon = Icon::none;
  bool enabled = true;
  bool selected = false;         // outlined in `tone`
  Concept tone = Concept::none;  // color of a selected button
  std::string_view tooltip = {};
  bool icon_only = false;       // the label is then only spoken by the tooltip and found by tests
  std::string_view words = {};  // what stands on it, where that holds values: the label then stays the same
};

struct Choice {
  std::string label;  // what stands on the screen
  std::string value;  // what the command gets
};

// How a setting's widget differs from what its declaration says.
struct SettingLook {
  std::string_view label = {};        // instead of the setting's
  bool field = false;                 // a number: a field with minus and plus, not a slider
  bool list = false;                  // a choice: a drop-down list, however few there are
  bool tabs = false;                  // a choice: tabs
  std::string_view placeholder = {};  // a text: what stands in the empty field
};

struct NumberSpec {
  double minimum = 0;
  double maximum = 1;
  double reset = 0;  // double-click goes back to this
  double step = 0;   // arrow keys and wheel; 0: a hundredth of the range
  bool logarithmic = false;
  int decimals = 2;   // 0: whole numbers only
  std::string unit;   // "px", "x"
  std::string label;  // of a slider: stands in the place of its name's translation, where that has values in it
};

struct HistogramSeries {
  std::span<const double> bins;  // heights, any unit; all series share the scale
  Color color;
};

struct HistogramSpec {
  std::vector<HistogramSeries> series;
  float height = 96;
  double low = 0, high = 255;  // what the ends stand for
  bool has_brush = false;      // a brushed range is shown
  double brush_low = 0, brush_high = 0;
  std::string clear_command;  // sent on double-click
  double marker = -1;         // a thin line at this value; negative: none
};

// ---- a grid of numbers ----------------------------------------------------------------------------------------------

struct GridCell {
  std::string text;      // a number, drawn where it fits
  Color fill = 0;        // the ground; 0: none
  Color ink = 0;         // 0: black or white by the ground
  bool dashed = false;   // not a cell of its own: padding
  bool hatched = false;  // not used
};

// The indices along one side of a grid: that of row or column 0, and how much more the next one has. 1, unless the rows
// are lines of a list, lie apart in what they were taken from, or stand in reverse order.
struct GridIndex {
  int first = 0, step = 1;
};

struct GridSpec {
  int rows = 1, columns = 1;
  int first_row = 0, first_column = 0;  // coordinates of the top left cell; negative for padding
  Vec origin;                           // its corner on the screen
  float size = 36;                      // of a cell
  std::function<GridCell(int row, int column)> cell;
  std::function<Color(int row, int column)> frame = {};    // drawn over the cells; 0: none
  std::function<double(int row, int column)> value = {};   // what typing and dragging begin with; empty: not editable
  std::function<bool(int row, int column)> editable = {};  // empty: all
  double step = 1;                                         // of the wheel and of a few units of drag
  std::optional<std::pair<int, int>> at = {};  // (row, column) where the keyboard is; empty: where it last was
  bool paint = false;  // a drag sets every cell it passes to paint_value, instead of moving one value up and down
  double paint_value = 0;
  bool takes_wheel = true;  // once it has the focus
  bool takes_press = true;  // Enter and Space click the keyboard's cell, or type into it; else they stay the page's
  Concept tone = Concept::none;
  int index_rows = 0, index_columns = 0;  // indices from 0 to below this stand at the grid's edges; 0: none
  GridIndex row_index = {}, column_index = {};
  std::string_view command = {};  // what its edits send
  std::string_view tooltip = {};
};

struct GridResponse {
  bool hovered = false;   // the mouse is over cell (row, column), or
  bool keyboard = false;  // the keyboard is at it
  int row = 0, column = 0;
  bool clicked = false;
  bool right_clicked = false;
  bool focused = false;
  bool moved = false;  // by arrow keys
  struct Edit {
    int row = 0, column = 0;
    double value = 0;
  };
  std::vector<Edit> edits;  // several where a fast stroke paints over several cells between two frames
};

Rect grid_cell_rect(const GridSpec& spec, int row, int column);

// A grid of cells that was drawn, and what stands at its edges.
struct DrawnGrid {
  std::string name;
  Rect cells;
  Vec cell;
  int rows = 1, columns = 1;
  int first_row = 0, first_column = 0;  // the indices of its upper left cell
  bool numbers = false;                 // stand in its cells
  int row_axis = -1, column_axis = -1;  // the first index that is drawn beside and above it; -1: none is
};

class Ui {
 public:
  static constexpr int kOverlayLayer = 1;  // dialogs, the help
  static constexpr int kPopupLayer = 2;    // menus that open in the window or in an overlay

  Ui(const Registry& registry, Textures& textures);
  ~Ui();
  Ui(const Ui&) = delete;
  Ui& operator=(const Ui&) = delete;

  // ---- for the shell: one frame -------------------------------------------------------------------------------
  struct Frame {
    Input input;
    Vec size;         // of the window, logical
    float scale = 1;  // pixels per logical unit; a presentation has more of them (Shell::unit)
    bool dark = true;
    bool presentation = false;  // the stage comes first, and numbers take more of their cells
    bool inspector = true;      // the panel at the right is unfolded
    bool motion = true;
    double now = 0;        // seconds
    bool patient = false;  // wait for everything (screenshots): no budget per frame, motion at its end
    bool film = false;     // no budget per frame, but motion as it is; the same moment may be drawn again
  };
  void begin_frame(const Frame& frame);
  void end_frame();
  bool wants_frame() const { return wants_frame_; }  // something moves: draw again
  std::vector<std::string> take_commands();          // what was sent, in order
  void release_tiles();                              // textures of pictures that the last frame did not show
  // What is begun and pushed now. Drawing that throws is left by unwind(): it ends what was begun since.
  struct Opened {
    size_t layouts, panels, ids, clips, cards, reserving;
    int layer, draw_clips;
    bool measuring;
    std::vector<std::string>* texts;
    ImDrawList* draw;
  };
  Opened opened() const;
  void unwind(const Opened& to);
  // Which gesture sent them: the same number while one control is dragged, or moved on by wheel or keys.
  uint64_t gesture() const { return gesture_; }
  const std::vector<Item>& items() const { return items_; }  // of the last whole frame
  const Item* find_item(std::string_view label) const;       // by label, else by beginning of command; null if none
  const std::vector<DrawnGrid>& grids() const { return drawn_grids_; }      // of the last whole frame
  const std::vector<std::string>& conflicts() const { return conflicts_; }  // labels with the same id in one frame
  // Keys for tooltips: command line -> key.
  void set_keys(std::map<std::string, std::string> keys) { keys_ = std::move(keys); }
  void ring(std::string_view label_or_command) { ring_ = label_or_command; }  // "touch this"
  void focus(uint64_t id, bool show) { focus_ = id, keyboard_ = show; }
  void focus_on(std::string_view label);  // gives the keyboard to what was drawn under this label, and scrolls there
  // Errors that commands left, to be shown beside what they concern by error_beside().
  struct CommandError {
    std::string command, what, hint;  // the command's name: "train.rate"
  };
  void set_errors(std::vector<CommandError> errors) { errors_ = std::move(errors), errors_beside_.clear(); }
  bool shown_beside(std::string_view command) const;  // in this frame, where it can be seen
  // Where tooltips and notes beside the mouse stood in the last frame, and the errors that are shown beside things.
  struct Note {
    Rect place, about;
  };
  const std::vector<Note>& tips() const { return tips_; }
  const std::vector<Rect>& error_places() const { return error_places_; }
  uint64_t focused() const { return focus_; }
  // Where the last frame drew the ring around what has the keyboard; empty: it has none, or cannot be seen.
  const Rect& focus_ring() const { return focus_ring_; }
  // Takes the keyboard away from what has it. False where nothing had it, or only by a click.
  bool leave_focus();
  bool editing() const { return edit_.id != 0; }  // a text field has the keys
  const Input& input() const { return input_; }
  // What is hidden is not drawn, what is locked is grayed out and does nothing. While controls are picked nothing is
  // hidden, and a click on one picks it instead of doing what it does. Null: everything is open.
  void set_controls(const Controls* controls) { controls_ = controls; }
  std::vector<std::string> take_picked() { return std::exchange(picked_, {}); }  // what to close or open, in order
  // Every line of text that is drawn from now on, as it is drawn: what tests read. Null ends it.
  void record_texts(std::vector<std::string>* into) { texts_ = into; }
  // The same of what can be seen of the window itself: what the glossary looks for its terms in.
  void record_seen(std::vector<std::string>* into) { seen_texts_ = into; }
  // Whole texts, as they were given: a paragraph is one, however many lines it takes.
  struct WholeText {
    std::string text;
    Font font;
    bool cut = false;  // some of it cannot be seen: it had no room
    Rect place;
  };
  void record_whole(std::vector<WholeText>* into) { whole_texts_ = into; }
  // Words of the glossary are underlined under the mouse, in every text that is drawn (ui_terms.cpp); a right-click on
  // one sends "glossary TERM". `page`: the one whose meanings count. Null: no word is known.
  void set_glossary(const Glossary* glossary, std::string_view page) { glossary_ = glossary, glossary_page_ = page; }
  // The term that the mouse was over in the last frame; null: none.
  const GlossaryEntry* term() const { return term_.entry; }
  // What is written on the thing that has the keyboard or the mouse: its label and its help.
  std::string words_of_item() const;
  double now() const { return frame_.now; }
  const Frame& frame() const { return frame_; }
  void request_frame() { wants_frame_ = true; }
  // What drawing finds out, for the next frame; where it differs from the last one's, another frame follows.
  Drawn& found() { return drawn_; }
  const Drawn& drawn() const { return drawn_; }  // by the frame that has just ended
  // A key that no widget has taken yet; taking it hides it from everything that follows.
  bool take_key(std::string_view name);
  std::vector<KeyPress> remaining_keys() const { return input_.keys; }

  // ---- saying things --------------------------------------------------------------------------------------------
  void send(std::string line);  // queues a command
  const Registry& registry() const { return registry_; }

  // ---- looks ----------------------------------------------------------------------------------------------------
  const Theme& theme() const { return *theme_; }
  ImDrawList& draw() { return *draw_; }
  float ease(std::string_view what, float target, float seconds = 0.2f);  // the value on its way to target, eased
  float lit(Concept what) const;  // 0..1: how strongly its thing should glow, because its word is hovered
  void light(Concept what);       // the thing is hovered: its words light up

  // ---- drawing --------------------------------------------------------------------------------------------------
  void fill(const Rect& rect, Color color, float radius = 0);
  void stroke(const Rect& rect, Color color, float radius = 0, float thickness = 1);
  void dashed(const Rect& rect, Color color, float dash = 4);
  void hatch(const Rect& rect, Color color, float spacing = 6);
  void line(Vec from, Vec to, Color color, float thickness = 1);
  void icon(Icon what, const Rect& rect, Color color);
  float text_size(Font font) const;
  Vec measure(Font font, std::string_view text, float size = 0) const;  // size 0: the role's
  // One line of text within a rectangle, centered on its height; cut with an ellipsis where it doesn't fit.
  void label(const Rect& rect, std::string_view text, Font font, Color color, Align align = Align::left,
             float size = 0);
  // Text whose top left corner is at `at`.
  void label(Vec at, std::string_view text, Font font, Color color, float size = 0);
  // A line of captions centered on a point, `name` in the color of what it names; near the panel's edge it moves
  // inwards.
  void caption(Vec center, std::string_view name, std::string_view rest, Color color);
  void draw_focus(const Rect& rect, float radius = 6);  // the ring around what has the keyboard
  void push_clip(const Rect& rect);
  void pop_clip();
  Rect clip() const;
  // The text itself where it is no wider than `width`, else shortened in its middle: of a path, the file's name stays.
  std::string fitted(std::string_view text, Font font, float width, float size = 0) const;
  // A place for a note of this size about `what`: inside `within`, near `at`, over neither `what` nor a menu, a notice
  // or an error. Empty where there is none.
  Rect place_note(const Rect& what, Vec size, Vec at, const Rect& within) const;
  void keep_tip(const Rect& place, const Rect& about) { building_tips_.push_back({place, about}); }  // for tips()

  // ---- layout ---------------------------------------------------------------------------------------------------
  void begin_panel(std::string_view id, const Rect& area, float padding = 16, bool scrolls = true);
  void end_panel();
  Rect take(float height);                      // the next rectangle of the column (or the one given by next())
  Rect take(float width, float height);         // the same for something with a width of its own, in a flow or row
  Rect take_wide(float natural, float height);  // the whole width in a column, the natural one in a flow or row
  float width() const;                          // of the column
  void next(const Rect& rect) { next_ = rect, has_next_ = true; }  // the next widget stands here
  void space(float height = 8);
  void begin_flow(float gap = 8);  // side by side, wrapping
  void end_flow();
  void begin_columns(int count, float gap = 8);
  void end_columns();
  void begin_row(const Rect& area, float gap = 12);  // side by side, centered on the height
  void pack_right();                                 // from now on from the right end
  Rect remaining() const;                            // what is left of the row
  void end_row();
  void reveal(const Rect& rect) { scroll_into_view(rect); }  // scrolls the panel so that this is seen
  void push_id(std::string_view scope);
  void pop_id();

  // ---- words ----------------------------------------------------------------------------------------------------
  void section(std::string_view title);  // "PIXEL": a small heading
  void row(std::string_view name, std::string_view value, Concept tone = Concept::none);
  void big_row(std::string_view name, std::string_view value, Concept tone = Concept::none);
  void hairline();
  void paragraph(std::string_view marked, Font font = Font::body);  // wraps; marked words as described on top
  void paragraph(std::span<const ProseSpan> spans, Font font = Font::body);
  float paragraph_height(std::string_view marked, float width, Font font = Font::body);
  float paragraph_height(std::span<const ProseSpan> spans, float width, Font font = Font::body);
  // What words take beyond their first line; 0: it is enough.
  float more_lines(std::string_view marked, float width, Font font);
  void note(std::string_view marked);                             // a paragraph in caption size, secondary color
  void error_note(std::string_view what, std::string_view hint);  // the two lines of an Error, beside what they concern
  float error_note_height(std::string_view what, std::string_view hint, float width);
  void error_beside(std::string_view command);  // what this command's last failure said, if it failed
  void empty_state(const Rect& area, Icon picture, std::string_view title, std::string_view what_to_do);
  std::string_view at_the_right() const;  // where the inspector is: for words that send the reader there
  void progress(std::string_view label, float share, std::string_view cancel_command);  // share < 0: unknown

  // Whether what sends this is hidden: nothing is drawn for it. Widgets look for themselves.
  bool hides(std::string_view command) const;

  // ---- widgets: they send their command and return true when they did
  // ------------------------------------------------
  Response interact(const Rect& rect, const ItemSpec& spec);
  bool button(std::string_view label, std::string_view command, const ButtonOptions& options = {});
  bool toggle(std::string_view label, bool value, std::string_view prefix);  // sends "prefix on|off"
  bool segmented(std::string_view label, std::span<const Choice> choices, std::string_view current,
                 std::string_view prefix);
  bool tabs(std::string_view label, std::span<const Choice> choices, std::string_view current, std::string_view prefix);
  bool dropdown(std::string_view label, std::span<const Choice> choices, std::string_view current,
                std::string_view prefix);
  // Drag, click, arrows (Shift: a tenth), wheel over the number, type after a double-click on the number; double-click
  // on the track resets. Sends "prefix VALUE" at each change.
  bool slider(std::string_view label, double value, const NumberSpec& spec, std::string_view prefix);
  bool bare_slider(std::string_view label, double value, const NumberSpec& spec,
                   std::string_view prefix);  // track only
  // "{}" in its prefix is where the value stands: "pretrained.crop {} 30 420".
  bool number_field(std::string_view label, double value, const NumberSpec& spec, std::string_view prefix);
  bool text_field(std::string_view label, std::string_view value, std::string_view prefix,
                  std::string_view placeholder = {});
  // The widget of a setting that was declared (command/setting.h), and below it what its last failure said.
  bool setting(std::string_view name, const SettingLook& look = {});
  // The text while it is typed, without a command: for filters and dialogs. True in the frame of Enter.
  bool live_text(std::string_view label, std::string& value, std::string_view placeholder = {},
                 bool take_focus = false);
  // Cells that can be typed in, dragged up and down, or wheeled; sends "prefix a b c; d e f; g h i".
  bool kernel_editor(std::string_view label, int rows, int columns, std::span<const float> values,
                     std::string_view prefix, Concept tone = Concept::kernel);
  Vec kernel_edge(int rows, int columns) const;  // what its indices take at the left and above
  // Cells that can be hovered, walked with the arrow keys, typed in, dragged, wheeled or painted; the caller sends what
  // was edited. Drawn at spec.origin, outside the column.
  GridResponse grid(std::string_view label, const GridSpec& spec);
  bool histogram(std::string_view label, const HistogramSpec& spec, std::string_view prefix = {});  // "prefix LOW HIGH"
  // What stands between keeps the largest height that it had while `key` and the column stay the same, and `least` from
  // the beginning: what is below doesn't move when some of it comes and goes.
  void begin_reserved(std::string_view id, uint64_t key = 0);
  void end_reserved(float least = 0);
  // How much of the column this would take. Nothing is drawn, and its widgets are not there.
  float height_of(const std::function<void()>& draw);
  void begin_card(std::string_view id);  // a raised surface around what follows, as high as that needs
  void end_card();

  // ---- pictures -------------------------------------------------------------------------------------------------
  // Wheel zooms about the cursor, dragging pans, double-click fits. `view` with zoom 0 is fitted to the area.
  PictureResponse picture(std::string_view label, const Rect& area, const PictureSource& source, const View& view);
  // The same picture without hands: a thumbnail.
  void thumbnail(const Rect& area, const PictureSource& source, bool smooth = true);
  // Pieces of one picture, each in a place of its own: many small maps (sheet.h).
  void parts(const PictureSource& source, std::span<const PicturePart> list, bool nearest = true);
  // A scene in three dimensions (app/scene/scene.h), under all that is drawn after it.
  void scene(const Rect& area, const std::shared_ptr<const SceneFrame>& frame);
  // Lines between the pixels, and a number in each where it fits. `text` is asked for the visible cells only.
  void cells(const Rect& area, const View& view, int width, int height,
             const std::function<CellText(int x, int y)>& text);
  // Would numbers of this many characters and lines fit into cells of this size?
  bool numbers_fit(float cell, int characters, int lines) const;
  // Would grid() draw a number of this many characters into a cell of this size?
  bool grid_number_fits(float cell, int characters) const;
  // Rows and columns are numbered in a margin of this height above a grid or picture, and of this width at its left.
  static constexpr float kIndexed = 16;  // smaller cells have no indices beside them
  float index_height() const;
  float index_width(int count) const;  // for rows 0 to count - 1
  // The indices above so many columns, and beside so many rows, of cells; `first` is that of the first one. Those from
  // 0 to below `end` are drawn, as many as have room. Returns the first of them; -1: none.
  int column_indices(const Rect& cells, int columns, GridIndex first, int end, int lit = -1);
  int row_indices(const Rect& cells, int rows, GridIndex first, int end, int lit = -1);
  static constexpr const char* kPixels = "pixels";  // what cells() draws, as a DrawnGrid
  // Whoever draws a grid of cells by itself says so.
  void drew_grid(DrawnGrid grid) { building_grids_.push_back(std::move(grid)); }
  // The numbers of a picture's columns and rows at its edge, or at the area's where it reaches beyond; those of the
  // cursor's pixel are bright. Only where cells are large enough for numbers.
  void pixel_indices(const Rect& area, const View& view, int width, int height, int x, int y);
  // Smaller numbers are not drawn: on a projector nobody could read them.
  float least_number() const { return frame_.presentation ? 7.0f : 8.0f; }
  // A frame around a cell, drawn over the picture.
  void mark_cell(const Rect& area, const View& view, int x, int y, Color color, float thickness = 2.5f);
  void mark_cells(const Rect& area, const View& view, const CellRect& cells, Color color, float thickness = 2.5f);

  // ---- overlays (the shell's) ---------------------------------------------------------------------------------------
  void begin_layer(int layer,
                   const Rect& blocks);  // above everything of lower layers; `blocks` keeps the mouse from them
  void end_layer();

 private:
  void keep_whole(std::string text, Font font, const Rect& place, bool cut);
  struct Layout {
    enum class Kind { column, flow, columns, row } kind = Kind::column;
    Rect area;
    float x = 0, y = 0;
    float gap = 8;
    float line = 0;  // height of the present line in a flow or columns
    int count = 1, index = 0;
    bool from_right = false;
    float right = 0;  // where the part packed from the right begins
  };
  struct Panel {
    uint64_t id = 0;
    Rect area;
    Rect content;
    size_t layout = 0;
    bool scrolls = false;
    float padding = 0;
  };
  struct Scroll {
    float offset = 0, target = 0, content = 0;
    double changed = -10;
  };
  struct Region {  // of the last frame: what the wheel scrolls, what keeps the mouse from lower layers
    uint64_t id = 0;
    Rect rect;
    int layer = 0;
  };
  struct Edit {  // the text field that has the keys
    uint64_t id = 0;
    LineEdit line;
    float scroll = 0;
  };
  struct Ease {
    float from = 0, to = 0, value = 0;
    double start = 0;
    uint64_t frame = 0;
  };
  struct GridFocus {  // the cell of a grid that the keyboard is at
    int row = 0, column = 0;
  };
  struct Tip {
    uint64_t id = 0;
    double since = 0;
    std::string words;
  };
  struct Press {  // the left button's last press
    uint64_t id = 0;
    Vec at;
    double time = -10;
    int count = 0;
    double value = 0;  // what a widget held then
    bool moved = false;
  };
  struct Run {  // a piece of a marked text in one style
    std::string words;
    Font font = Font::body;
    Concept tone = Concept::none;
    std::string target;  // "kernel" of [word](kernel)
    bool plain = true;
    std::string live;  // the readout whose value these words are now
  };
  struct Words {  // a word of a wrapped paragraph
    std::string text;
    int run = 0;
    Vec at;
    float width = 0;
  };

  uint64_t id_of(std::string_view label) const;
  bool picking() const { return controls_ != nullptr && controls_->picking() != Controls::Access::open; }
  bool skipped(std::string_view command);
  std::span<const Choice> seen_choices(std::span<const Choice> choices, std::string_view prefix,
                                       std::vector<Choice>* kept) const;
  void pick(const ItemSpec& spec);
  void draw_closed();
  bool blocked(Vec at, int layer) const;
  void find_hot();
  void move_focus();
  bool mouse_in(const Rect& place) const;
  void look_for_term(Vec at, std::string_view text, Font font, float size);
  void look_for_term(const Rect& place, const std::vector<Words>& words, float size);
  void mark_term(const Rect& place, const GlossaryEntry* entry);
  void end_terms();
  void draw_term_tip();
  void draw_note(std::string_view help, std::string_view key, std::string_view line, const Rect& about);
  void live_number(const Rect& place, std::string_view readout, int number);
  void end_gesture();
  void draw_tooltip();
  void draw_ring();
  void scroll_into_view(const Rect& rect);
  bool edit_text(const Rect& rect, uint64_t id, Font font, Vec padding, bool* canceled);
  void start_edit(uint64_t id, std::string_view text, bool select_all);
  void apply_edit_keys(bool* entered, bool* canceled);
  bool brush_by_keys(uint64_t id, const HistogramSpec& spec, std::string_view prefix, bool pressed);
  Color hover_color(const Response& r, Color rest, Color over);
  bool track(const Rect& rect, const Response& r, double value, const NumberSpec& spec, double* changed);
  bool number_box(const Rect& rect, std::string_view label, double value, const NumberSpec& spec,
                  std::string_view prefix, bool frame);
  std::vector<Run> runs_of(std::span<const ProseSpan> spans, Font font) const;
  float number_size(float cell) const;
  float number_room(float inner) const;
  float wrap(const std::vector<Run>& runs, float width, Font font, std::vector<Words>* out) const;
  void draw_tiles(const Rect& area, const PictureSource& source, const View& view, bool nearest, bool* settled);

  const Registry& registry_;
  const Controls* controls_ = nullptr;
  std::vector<std::string> picked_;
  Textures& textures_;
  ImGuiContext* context_ = nullptr;
  std::unique_ptr<Fonts> fonts_;
  std::unique_ptr<TileCache> tiles_;
  std::deque<ScenePlace> scenes_;  // of this frame: the draw list points at them
  Frame frame_;
  Input input_;
  Input before_;  // the last frame's
  const Theme* theme_ = nullptr;
  ImDrawList* draw_ = nullptr;
  ImDrawListSplitter splitter_;
  uint64_t frame_count_ = 0;
  bool wants_frame_ = false;
  Drawn drawn_, drawn_before_;
  std::vector<std::string> commands_;
  uint64_t gesture_ = 0, moved_by_hand_ = 0;  // and which control wheel or keys moved last
  double moved_at_ = -10;
  std::vector<std::string>* texts_ = nullptr;
  std::vector<std::string>* seen_texts_ = nullptr;
  std::vector<WholeText>* whole_texts_ = nullptr;
  bool in_whole_ = false;  // what is drawn now is part of a text that was recorded
  const Glossary* glossary_ = nullptr;
  std::string glossary_page_;
  struct Term {
    const GlossaryEntry* entry = nullptr;
    Rect place;
    double since = 0;
  };
  Term term_, building_term_;
  bool in_words_ = false;  // whoever draws now looks for terms itself: they may cross what it draws
  std::vector<Item> items_, building_;
  std::vector<DrawnGrid> drawn_grids_, building_grids_;
  std::unordered_map<uint64_t, std::string> seen_;
  std::vector<std::string> conflicts_, building_conflicts_;
  std::map<std::string, std::string> keys_;
  std::string ring_, ring_found_;
  uint64_t reveal_ = 0;  // the item that is scrolled to when it is drawn next
  std::vector<CommandError> errors_;
  std::vector<std::string> errors_beside_;
  std::vector<Rect> error_places_, building_errors_;
  std::vector<Note> tips_, building_tips_;
  uint64_t hot_ = 0, active_ = 0, focus_ = 0, wheel_item_ = 0, wheel_panel_ = 0, popup_ = 0;
  bool keyboard_ = false;
  bool focus_moved_ = false;
  Rect focus_ring_;
  Press press_;
  Edit edit_;
  Tip tip_;
  std::vector<Layout> layouts_;
  std::vector<Panel> panels_;
  std::unordered_map<uint64_t, Scroll> scrolls_;
  std::vector<Region> panel_regions_, building_panels_, blockers_, building_blockers_;
  std::vector<uint64_t> ids_;
  std::vector<Rect> clips_;
  std::unordered_map<uint64_t, GridFocus> grids_;
  std::vector<float> cards_;  // where the open cards begin
  std::unordered_map<uint64_t, float> card_heights_;
  struct Reserved {
    uint64_t key = 0;
    float height = 0;
  };
  std::unordered_map<uint64_t, Reserved> reserved_;
  std::vector<float> reserving_;  // where the open ones begin
  bool measuring_ = false;        // by height_of()
  std::unordered_map<uint64_t, Ease> eases_;
  Rect next_;
  bool has_next_ = false;
  int layer_ = 0;
  float lights_[6] = {}, words_lit_[6] = {};  // of the last frame
  float building_lights_[6] = {}, building_words_[6] = {};
};

// For a tooltip: "1 to 5; 1 by default".
std::string setting_range(const Setting& setting);

// A number for the screen: fixed decimals, never "-0"; "1 240" style groups are not used so that it can be typed back.
std::string number_text(double value, int decimals);
// The shortest text that reads back as the same float.
std::string shortest_text(float value);
std::string shortest_double(double value);

}  // namespace striate
