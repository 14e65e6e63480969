"""A real browser does what a person would: open, edit, run, watch, cancel, compare, download.

Screenshots of every page go into build/screenshots, at two sizes, light and dark.
"""

import shutil
from pathlib import Path

import pytest
from serving import Server, wait_for

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
).Axe
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
    pytest.mark.xdist_group("serve_browser"),
]

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
]
SIZES = [
    (width, height, scheme)
    for width, height in ((1440, 900), (1024, 768))
    for scheme in ("light", "dark")
]
VIEWS = {
    "runs": "/",
    "programmes": "/programmes",
    "editor": "/programmes/texas?table=tool_groups",
    "jobs": "/jobs",
    "start": "/start?programme=texas",
    "overview": "/runs/toy",
    "plan": "/runs/toy/plan",
    "plants": "/runs/toy/plants",
    "agreement": "/runs/toy/agreement",
    "risk": "/runs/toy/risk",
    "cost": "/runs/toy/cost",
    "sources": "/runs/toy/sources",
    "tables": "/runs/toy/tables",
    "table": "/runs/toy/tables/plan_items?filter=kind:eq:die&sort=-made",
    "compare": "/compare?run=toy&run=other",
    "reference": "/reference",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory, project, toy_run):
    root = tmp_path_factory.mktemp("browser")
    for name in ("toy", "other"):
        shutil.copytree(toy_run, root / "runs" / name)
    for name in ("texas", "small-line", "toy-chain"):
        shutil.copytree(project / "programmes" / name, root / "programmes" / name)
    started = Server(root / "runs", root / "programmes")
    yield started
    started.stop()
    assert "Traceback" not in started.said.read_text()  # not even of pages that were soon left


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Watched:
    """What went wrong on a page, and what it asked of whom."""

    def __init__(self, page, url):
        self.wrong = []
        page.on("console", lambda said: self.note(said.type, said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda asked: self.asked(asked.url, url))

    def note(self, kind, words):
        if kind in ("error", "warning"):
            self.wrong.append(words)

    def asked(self, address, url):
        if not address.startswith((url, url.replace("http", "ws"), "data:", "blob:")):
            self.wrong.append(f"asked {address}")


@pytest.fixture
def page(chromium, server):
    """A page of its own context; the test fails if its console is not silent."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=server.url)
    made = context.new_page()
    made.set_default_timeout(30_000)
    watched = Watched(made, server.url)
    yield made
    context.close()
    assert watched.wrong == []


def ready(page):
    """Until NiceGUI is connected, so that its buttons are heard."""
    page.wait_for_function("window.did_handshake")


# --- Every page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}-{size[2]}")
def test_every_page_is_drawn_without_an_error_and_keeps_nobody_out(chromium, server, project, size):
    """The console is silent, nobody else is asked, and axe-core finds no serious violation."""
    width, height, scheme = size
    barriers = []
    shots = project / "build" / "screenshots"
    shots.mkdir(parents=True, exist_ok=True)
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, base_url=server.url
    )
    page = context.new_page()
    watched = Watched(page, server.url)
    for name, address in VIEWS.items():
        answer = page.goto(address)
        assert answer.status == 200, name
        ready(page)
        assert page.locator("h1").count() == 1, name
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} is wider than the window"
        page.screenshot(path=shots / f"{name}-{width}x{height}-{scheme}.png")
        barriers += [(name, *found) for found in barriers_on(page)]
    context.close()
    assert watched.wrong == []
    assert barriers == []


def barriers_on(page):
    """Serious violations of accessibility, with the first places of each."""
    for one in Axe().run(page).response["violations"]:
        if one["impact"] in ("serious", "critical"):
            yield one["id"], [node["html"][:160] for node in one["nodes"][:3]]


def read_down_to(page, section):
    """A figure is drawn when a reader comes near it, so scroll there and wait until it is."""
    page.locator(f"{section} .plot").first.scroll_into_view_if_needed()
    page.wait_for_selector(f"{section} .plot[data-drawn] svg.main-svg")


def test_figures_are_drawn_and_lead_to_their_rows(page):
    page.goto("/runs/toy")
    read_down_to(page, "#volumes-dates-cost")
    page.locator("#volumes-dates-cost .tiles + .rows a").first.click()
    page.wait_for_url("**/tables/*")
    assert page.locator("tbody tr").count() > 0


def test_what_is_below_does_not_move_while_a_figure_is_fetched(page):
    asked = []
    page.route("**/api/runs/toy/figures/**", lambda route: asked.append(route))  # never answered
    page.goto("/runs/toy/cost")
    page.wait_for_selector("#cash .plot.waits")
    places = "[...document.querySelectorAll('.plot')].map(plot => plot.getBoundingClientRect().top)"
    before = page.evaluate(places)
    page.wait_for_timeout(300)
    assert asked
    assert page.evaluate(places) == before
    assert page.locator(".plot.waits").count() == len(before) > len(asked)
    page.unroute_all(behavior="ignoreErrors")


def test_a_strange_address_is_told(chromium, server):
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    for address in ("/runs/none", "/runs/toy/none", "/runs/toy/tables/none", "/programmes/none",
                    "/jobs/none", "/programmes/texas?table=none"):  # fmt: skip
        answer = page.goto(address)
        assert answer.status == 404, address
        assert "There is no" in page.locator("h1").inner_text()
    context.close()


# --- What people do -------------------------------------------------------------------------------


def cell(page, row, column):
    return page.locator(f'.ag-row[row-id="{row}"] .ag-cell[col-id="{column}"]')


def put(page, row, column, text):
    """A new text in a cell.

    Not by the page's keyboard: it knows no time limit, and waits for ever for a page that is gone.
    """
    cell(page, row, column).dblclick()
    editor = cell(page, row, column).locator("input")
    editor.fill(text)
    editor.press("Enter")


def test_a_number_is_changed_and_its_finding_seen(page, server):
    page.goto("/programmes/texas?table=tool_groups")
    ready(page)
    put(page, 0, "tools", "-3")
    page.wait_for_selector(".findings .severity.error")
    assert "tools is -3" in page.locator(".findings li").first.inner_text()
    page.wait_for_selector('.ag-row[row-id="0"] .cell-error[col-id="tools"]')
    assert cell(page, 0, "tools").inner_text() == "-3"
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=nothing is saved")
    put(page, 0, "tools", "3")
    page.wait_for_selector("text=1 edit, not saved")
    page.get_by_label("Name of a scenario").fill("three-tools")
    page.get_by_role("button", name="Save as scenario").click()
    page.wait_for_url("**scenario=three-tools**")
    assert cell(page, 0, "tools").inner_text() == "3"
    table = server.get("/api/programmes/texas/tables/tool_groups?scenario=three-tools")
    assert table["changed"] == [[0, "tools"]]


def test_rows_are_added_and_removed(page, server):
    page.goto("/programmes/toy-chain?table=markets")
    ready(page)
    count = server.get("/api/programmes/toy-chain/tables/markets")["total"]
    page.get_by_role("button", name="Add a row").click()
    put(page, count, "name", "moon")
    page.wait_for_selector("text=1 edit, not saved")
    page.get_by_role("button", name="Save", exact=True).click()
    wait_for(lambda: server.get("/api/programmes/toy-chain/tables/markets")["total"] == count + 1)
    ready(page)
    page.locator(f'.ag-row[row-id="{count}"] .ag-checkbox-input').check()
    page.get_by_role("button", name="Remove rows").click()
    page.wait_for_selector("text=1 edit, not saved")
    page.get_by_role("button", name="Save", exact=True).click()
    wait_for(lambda: server.get("/api/programmes/toy-chain/tables/markets")["total"] == count)


def test_the_second_of_two_writers_is_told(page, chromium, server):
    other = chromium.new_context(base_url=server.url).new_page()
    for one in (page, other):
        one.goto("/programmes/small-line?table=tool_groups")
        ready(one)
    put(page, 0, "tools", "5")
    put(other, 0, "tools", "6")
    for one in (page, other):
        one.wait_for_selector("text=1 edit, not saved")
        one.get_by_role("button", name="Save", exact=True).click()
        if one is page:
            page.wait_for_selector('.ag-row[row-id="0"] .ag-cell[col-id="tools"]:has-text("5")')
            wait_for(lambda: tools(server) == "5")
    other.wait_for_selector("text=changed by somebody else")
    other.context.close()
    assert tools(server) == "5"


def test_edits_survive_a_reload_and_a_later_save_of_somebody_else(page, chromium, server):
    """They come back on the new state, and what the other one changed is told before a save."""
    address = "/programmes/small-line?table=breakdowns"
    page.goto(address)
    ready(page)
    put(page, 0, "between", "exponential(111 h)")
    page.wait_for_selector("text=1 edit, not saved; this browser keeps it")
    page.reload()
    page.wait_for_selector("text=1 edit, not saved")
    assert cell(page, 0, "between").inner_text() == "exponential(111 h)"
    page.wait_for_selector('.ag-row[row-id="0"] .cell-edited')
    page.wait_for_selector("a.drafted[aria-current=page]")
    other = chromium.new_context(base_url=server.url).new_page()
    other.goto(address)
    ready(other)
    put(other, 0, "between", "exponential(222 h)")
    other.wait_for_selector("text=1 edit, not saved")
    other.get_by_role("button", name="Save", exact=True).click()
    wait_for(lambda: between(server) == "exponential(222 h)")
    other.context.close()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=Your edits are kept")
    page.get_by_role("button", name="Open again").click()
    page.wait_for_selector("text=and is exponential(222 h) now")
    assert cell(page, 0, "between").inner_text() == "exponential(111 h)"
    page.get_by_role("button", name="Save", exact=True).click()
    wait_for(lambda: between(server) == "exponential(111 h)")
    page.wait_for_selector("text=Double-click a cell")
    page.reload()
    page.wait_for_selector("text=Double-click a cell")
    assert page.locator("a.drafted").count() == 0


def between(server):
    rows = server.get("/api/programmes/small-line/tables/breakdowns")["rows"]
    return rows[0]["between"]


def test_added_and_removed_rows_survive_a_reload_and_are_discarded(page, server):
    page.goto("/programmes/toy-chain?table=markets")
    ready(page)
    count = server.get("/api/programmes/toy-chain/tables/markets")["total"]
    page.get_by_role("button", name="Add a row").click()
    put(page, count, "name", "mars")
    page.wait_for_selector("text=1 edit, not saved")
    page.locator('.ag-row[row-id="0"] .ag-checkbox-input').check()
    page.get_by_role("button", name="Remove rows").click()
    page.wait_for_selector("text=2 edits, not saved")
    page.reload()
    page.wait_for_selector("text=2 edits, not saved")
    assert cell(page, count, "name").inner_text() == "mars"
    assert page.locator('.ag-row[row-id="0"]').count() == 0
    page.get_by_role("button", name="Discard").click()
    page.wait_for_selector("text=Double-click a cell")
    page.wait_for_selector('.ag-row[row-id="0"]')
    assert server.get("/api/programmes/toy-chain/tables/markets")["total"] == count


def tools(server):
    return server.get("/api/programmes/small-line/tables/tool_groups")["rows"][0]["tools"]


def start(page, programme, what, name, **numbers):
    """Fill the form and start."""
    page.goto(f"/start?programme={programme}&command={what}")
    ready(page)
    for label, number in numbers.items():
        page.get_by_label(label.replace("_", " ")).fill(str(number))
    page.get_by_label("Name of the run").fill(name)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/jobs/*")


def test_a_run_is_started_watched_and_looked_at(page):
    start(page, "small-line", "simulate", "line", Simulated_days=20)
    page.wait_for_selector("text=Open the run", timeout=120_000)
    page.get_by_role("link", name="Open the run").click()
    page.wait_for_url("**/runs/line")
    page.get_by_role("link", name="Plants").click()
    page.wait_for_selector(".floor[data-drawn] .group")
    before = page.locator(".floor output").inner_text()
    page.locator(".floor input[type=range]").fill("3")
    after = page.locator(".floor output").inner_text()
    assert before != after
    page.locator(".floor input[type=range]").dispatch_event("change")
    assert f"at={after}" in page.url
    page.get_by_label("Coloured by").select_option("queue")
    assert "colour=queue" in page.url
    page.reload()
    page.wait_for_selector(".floor[data-drawn] .group")
    assert page.locator(".floor output").inner_text() == after
    assert page.get_by_label("Coloured by").input_value() == "queue"
    assert "Lots waiting for each tool" in page.locator(".floor .key").inner_text()
    assert page.locator(".floor .group .states i").count() > 0
    page.get_by_role("button", name="Play").click()
    wait_for(lambda: page.locator(".floor output").inner_text() != after, 20)
    page.get_by_role("button", name="Stop").click()


def test_progress_is_seen_survives_a_reload_and_is_cancelled(page, server):
    start(page, "small-line", "simulate", "long", Simulated_days=3000, Simulated_futures=60)
    page.wait_for_selector(".job progress[value]", timeout=120_000)
    page.reload()
    page.wait_for_selector(".job progress[value]")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector(".state.cancelled", timeout=60_000)
    assert "long" not in [run["name"] for run in server.get("/api/runs")["runs"]]


def test_a_bad_request_is_told_in_the_form(page):
    page.goto("/start?programme=toy-chain&command=ramp")
    ready(page)
    page.get_by_label("Name of the run").fill("../evil")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector("text=cannot name a run")


def test_runs_are_chosen_and_compared(page):
    page.goto("/")
    page.get_by_label("Compare toy").check()
    page.get_by_label("Compare other").check()
    page.get_by_role("button", name="Compare the chosen").click()
    page.wait_for_url("**/compare?run=*&run=*")
    assert page.locator(".matrix").count() == 2
    read_down_to(page, "#figures")
    assert {"toy", "other"} <= set(page.locator("#figures .legendtext").all_text_contents())
    page.wait_for_selector("text=All tables that both hold are the same.")


def test_filters_are_in_the_address_and_rows_are_taken_away(page):
    page.goto("/runs/toy/tables/plan_items")
    page.get_by_label("Column").select_option("kind")
    page.get_by_label("Comparison").select_option("eq")
    page.get_by_label("Value").fill("die")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_selector(".chip")
    shown = page.locator("[role=status]").first.inner_text()
    page.locator("thead a").filter(has_text="made").click()
    page.wait_for_selector("th[aria-sort=ascending]")
    page.reload()
    assert page.locator("[role=status]").first.inner_text() == shown
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    kind = lines[0].split(",").index("kind")
    assert {line.split(",")[kind] for line in lines[1:]} == {"die"}
    assert shown.startswith(f"{len(lines) - 1:,} of ")
    page.locator(".chip").click()
    page.wait_for_selector(".chip", state="detached")


def test_the_language_is_switched_and_stays_with_all_filters(page):
    page.goto("/runs/toy/tables/plan_items?filter=kind:eq:die")
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**filter=kind*eq*die*lang=zh")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.goto("/")  # without a word of the language
    assert page.locator("h1").inner_text() == "运行"
    page.goto("/runs/toy/cost")
    read_down_to(page, "#cash")
    assert "收入" in page.locator("#cash .legendtext").all_text_contents()
    page.goto("/programmes/small-line?table=tool_groups")
    ready(page)
    put(page, 1, "tools", "7")
    page.wait_for_selector("text=1 处修改未保存")
    page.get_by_role("button", name="放弃修改").click()
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("text=Double-click a cell")


def test_the_keyboard_reaches_the_content_and_shows_where_it_is(page):
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["x"] >= 0  # it is seen when it is reached
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    reached = page.evaluate("document.activeElement.closest('main') !== null")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert (reached, outline) == (True, "solid")


def test_the_report_opens_on_its_own(page, server):
    answer = page.goto("/api/runs/toy/report")
    assert answer.status == 200
    page.wait_for_selector("body[data-drawn]", timeout=60_000)


def test_the_token_opens_the_pages(chromium, tmp_path, project):
    from fabstack.serve.access import token_of

    _, token = token_of(tmp_path / "token")
    (tmp_path / "runs").mkdir()
    started = Server(
        tmp_path / "runs", project / "programmes", "--token-file", str(tmp_path / "token")
    )
    context = chromium.new_context(base_url=started.url)
    page = context.new_page()
    try:
        page.goto("/programmes")
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Go in").click()
        page.wait_for_url("**/programmes")
        ready(page)
        there = list((project / "programmes").glob("*/programme.toml"))
        assert page.locator("article.card").count() == len(there)
    finally:
        context.close()
        started.stop()
