// SPDX-License-Identifier: MIT
// What grant() promises, on a model of the link: pushes do not keep the page waiting, and the link is not left idle
// where it need not be.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <optional>

#include "push/budget.h"
#include "unit/push/link_model.h"

using namespace outrider::push;
using outrider::push::test::LinkModel;

namespace {

struct Case {
  double mbit = 0, rtt_s = 0, think_s = 0, page_bytes = 0;
  double rate() const { return mbit * 125'000; }
};

struct Outcome {
  double pushed = 0;   // bytes ahead of the page
  double carried = 0;  // of those, by the link before the page was ready
  double drain_s = 0;  // how long the page waits for the others
  double done_s = 0;   // the page has arrived
};

/// What is thought of the page before it comes.
struct Thought {
  std::optional<double> think_s;
  std::optional<double> bytes;
};

constexpr double usual_step_s = 0.005;

/// The page is written when it is ready; until then grant() is asked each `every_s` and has as much to push as it
/// likes. Without a thought nothing is pushed.
Outcome run(const Case& each, std::optional<Thought> thought, double every_s = usual_step_s, double hold_s = 0) {
  LinkModel link(each.rate(), each.rtt_s, hold_s);
  Outcome outcome;
  ComingPage page;
  std::optional<std::chrono::microseconds> predicted;
  if (thought && thought->think_s) predicted = LinkModel::microseconds_of(*thought->think_s);
  if (thought) {
    const auto bytes = thought->bytes ? std::optional(static_cast<std::uint64_t>(*thought->bytes)) : std::nullopt;
    page.room_bytes = page_room(bytes, link.transit().link.cwnd_bytes);
  }
  for (double next_s = 0; link.now_s() < each.think_s; link.advance()) {
    if (!thought || link.now_s() < next_s - LinkModel::step_s / 2) continue;
    link.sample_acknowledgements();
    page.left = think_left(predicted, LinkModel::microseconds_of(link.now_s()));
    const auto bytes = static_cast<double>(grant(link.transit(), page));
    link.write(bytes);
    outcome.pushed += bytes;
    next_s += every_s;
  }
  outcome.carried = link.carried();
  outcome.drain_s = link.drain_s();
  link.write(each.page_bytes);
  while (link.arrived() < outcome.pushed + each.page_bytes - 1) link.advance();
  outcome.done_s = link.now_s();
  return outcome;
}

Thought right(const Case& each) {
  return {each.think_s, each.page_bytes};
}

/// What the link could have carried towards the client by then, had all been written at once.
double possible(const Case& each) {
  constexpr double plenty = 1e9;
  LinkModel link(each.rate(), each.rtt_s);
  link.write(plenty);
  while (link.now_s() < each.think_s) link.advance();
  return link.carried();
}

template <class Body>
void for_each_case(const Body& body) {
  for (const double mbit : {1.0, 5.0, 50.0}) {
    for (const double rtt_s : {0.02, 0.1, 0.3}) {
      for (const double think_s : {0.05, 0.1, 0.3, 1.0}) {
        for (const double page_bytes : {8'000.0, 14'000.0, 43'000.0, 60'000.0}) {
          CAPTURE(mbit, rtt_s, think_s, page_bytes);
          body(Case{mbit, rtt_s, think_s, page_bytes});
        }
      }
    }
  }
}

/// The share of the page's completion by which pushes may delay it.
constexpr double bearable = 1.05;

}  // namespace

TEST_CASE("the model of the link carries what such a link carries") {
  // Slow start of three windows in three round trips, then the page alone on an idle link.
  CHECK(possible({50, 0.1, 0.299, 0}) == Approx(7 * 14'480).epsilon(0.02));
  CHECK(possible({1, 0.02, 1, 0}) == Approx(125'000).epsilon(0.02));
  CHECK(run({1, 0.02, 0.3, 60'000}, {}).done_s == Approx(0.3 + 0.01 + 60'000 / 125e3).epsilon(0.01));
}

TEST_CASE("a page that comes as thought hardly waits behind what was pushed") {
  for_each_case([](const Case& each) {
    const Outcome plain = run(each, {});
    for (const double every_s : {0.002, usual_step_s, 0.02}) {
      CAPTURE(every_s);
      CHECK(run(each, right(each), every_s).done_s <= plain.done_s * bearable);
    }
  });
}

TEST_CASE("a page of which nothing is known hardly waits either, nor one that is overdue") {
  for_each_case([](const Case& each) {
    const Outcome plain = run(each, {});
    CHECK(run(each, Thought()).done_s <= plain.done_s * bearable);
    CHECK(run(each, Thought{each.think_s / 4, each.page_bytes}).done_s <= plain.done_s * bearable);
  });
}

TEST_CASE("nor where acknowledgements are held up and come all at once") {
  for_each_case([](const Case& each) {
    const double hold_s = std::min(0.05, each.rtt_s / 2);
    const Outcome plain = run(each, {}, usual_step_s, hold_s);
    CHECK(run(each, right(each), usual_step_s, hold_s).done_s <= plain.done_s * bearable);
  });
}

TEST_CASE("a page that comes much sooner than thought waits half a round trip or a tenth of a second at most") {
  for_each_case([](const Case& each) {
    for (const double factor : {1.5, 2.0, 6.0}) {
      const Outcome pushed = run(each, Thought{each.think_s * factor, each.page_bytes});
      CAPTURE(factor);
      CHECK(pushed.drain_s <= std::max(0.1, each.rtt_s / 2));
    }
  });
}

TEST_CASE("where there is time the link is used") {
  for (const double mbit : {1.0, 5.0, 10.0, 50.0}) {
    for (const double rtt_s : {0.02, 0.1}) {
      const Case each{mbit, rtt_s, 0.3, 8'000};
      CAPTURE(mbit, rtt_s);
      CHECK(run(each, right(each)).carried >= 0.55 * possible(each));
    }
    const Case distant{mbit, 0.3, 1, 8'000};
    CAPTURE(mbit);
    CHECK(run(distant, right(distant)).carried >= 0.55 * possible(distant));
  }
}

TEST_CASE("a window that pushes have opened brings the page sooner") {
  const Case each{50, 0.1, 0.3, 60'000};
  CHECK(run(each, right(each)).done_s < 0.75 * run(each, {}).done_s);
}
