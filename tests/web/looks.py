"""What every page must be, looked at in a browser: axe, landmarks, room on a phone, focus.

Axe takes most of the time. What it would see again it is not asked again: a page of the same shape,
the same colours of words on what lies behind them, by day and in the dark.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
PHONE, NARROWEST = 360, 320  # 320 is 1280 at 400 % (WCAG 2.2, 1.4.10)
COLOURS = ("color-contrast", "link-in-text-block")
"""What a scheme can change of what axe sees, and what takes it longest."""
_RUN = """([within, chosen]) => axe.run(within ? {include: [[within]]} : document, {
  resultTypes: ['violations'], preload: false, iframes: false, selectors: false, ...chosen,
}).then(told => told.violations.map(
  one => `axe ${one.id}: ${one.nodes[0].html.slice(0, 160)}`))"""
_WHOLE = """([sheets]) => {
  const told = [], some = all => [...document.querySelectorAll(all)];
  const html = one => one.outerHTML.slice(0, 140);
  if (!document.documentElement.lang) told.push('no lang');
  if (!document.title.trim()) told.push('no title');
  const headings = some('h1').length;
  if (headings !== 1 && !(sheets && headings)) told.push(`${headings} h1`);
  if (some('main').length !== 1) told.push('not one main');
  for (const one of some('th:not([scope])')) told.push(`no scope: ${html(one)}`);
  for (const one of some('table')) if (!one.querySelector('th')) told.push(`no th: ${html(one)}`);
  for (const one of some('[tabindex]')) if (one.tabIndex > 0) told.push(`order: ${html(one)}`);
  const ids = some('[id]').map(one => one.id);
  for (const id of new Set(ids.filter((one, n) => ids.indexOf(one) !== n))) told.push(`two #${id}`);
  for (const one of some('style, [style], [onclick], script:not([src])')) told.push(html(one));
  const seen = one => one.checkVisibility() && one.getBoundingClientRect().width > 1;
  for (const one of some('button, .button, .tile, summary, select, textarea, nav a, '
                        + 'input:not([type=hidden])')) {
    const box = one.getBoundingClientRect(), push = one.matches('button, .button, nav a');
    const least = push ? 44 : 24;
    if (seen(one) && box.height < least) told.push(`${box.height} px high: ${html(one)}`);
    if (seen(one) && box.width < 24) told.push(`${box.width} px wide: ${html(one)}`);
  }
  return told;
}"""
_SHAPE = """() => {
  const plain = text => text.replace(/[0-9]+/g, '0').replace(/[A-Za-z]{30,}/g, 'x');
  const shape = one => {
    const of = [...one.attributes].filter(each => !['value', 'href', 'action', 'title', 'datetime',
      'content', 'aria-label', 'd', 'x', 'y', 'width', 'height'].includes(each.name));
    let told = one.tagName + of.map(each => `${each.name}=${plain(each.value)}`).sort().join(' ');
    let before = '';
    for (const each of one.childNodes) {
      const now = each.nodeType === 1 ? shape(each) : each.data?.trim() ? 't' : '';
      if (now && now !== before) told += `(${now})`;
      before = now || before;
    }
    return told;
  };
  return shape(document.documentElement);
}"""
_PAIRS = """([known]) => {
  const behind = one => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/, 0[)]$/.test(colour)) return colour;
    }
    return 'none';
  };
  const found = new Set();
  for (const one of document.querySelectorAll('[data-new]')) one.removeAttribute('data-new');
  for (const one of document.querySelectorAll('body *')) {
    const words = [...one.childNodes].some(each => each.nodeType === 3 && each.data.trim());
    if (!words && !one.matches('input, select, textarea')) continue;
    if (!one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const link = one.tagName === 'A' && !one.className
      && [getComputedStyle(one.parentElement).color, style.textDecorationLine];
    const pair = [link, style.color, behind(one), style.opacity, large].join();
    if (known.includes(pair) || found.has(pair)) continue;
    found.add(pair);
    one.setAttribute('data-new', '');
  }
  return [...found];
}"""
_FOCUS = """() => {
  const told = [], bars = [...document.querySelectorAll('.bar')];
  const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, '
    + 'textarea, summary')].filter(one => one.checkVisibility() && !one.closest('.bar')
    && one.tabIndex >= 0 && !one.disabled);
  for (const one of [...all.slice(0, 30), ...all.slice(-12), ...all.slice(0, 12)]) {
    one.focus();
    if (document.activeElement !== one) continue;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (one.matches(':focus-visible') && (style.outlineStyle === 'none' || !style.outlineWidth))
      told.push(`no sign of focus: ${one.outerHTML.slice(0, 120)}`);
    for (const bar of bars) {
      const over = bar.getBoundingClientRect();
      if (box.top >= over.top && box.bottom <= over.bottom)
        told.push(`hidden under the bar: ${one.outerHTML.slice(0, 120)}`);
    }
  }
  return [...new Set(told)];
}"""
_WRONG = """async () => {
  const told = [], box = document.querySelector('.problems[role=alert]');
  if (!document.title.startsWith('Error: ')) told.push(`title: ${document.title}`);
  if (!box) return [...told, 'no box'];
  if (box.querySelector('h2')?.textContent !== 'There is a problem') told.push('heading');
  const moved = () => {  // a scanner's field keeps the focus, with the words at it
    const at = document.activeElement;
    return at === box || at.getAttribute('aria-invalid') === 'true';
  };
  // A browser moves it when it draws the page, on a busy machine some frames later.
  for (let frame = 0; frame < 120 && !moved(); frame++) await new Promise(requestAnimationFrame);
  if (!moved()) told.push('focus was not moved');
  // What a short code means is told on a page of its own; all else leads to a field.
  for (const link of box.querySelectorAll('a:not([href^="/docs/errors/"])')) {
    const id = link.hash.slice(1), field = document.getElementById(id);
    const said = document.getElementById(`${id}-wrong`);
    if (!field) { told.push(`leads nowhere: #${id}`); continue; }
    if (!said || !said.textContent.includes(link.textContent.trim())) told.push(`not at #${id}`);
    if (field.matches('input, select, textarea')) {
      if (field.getAttribute('aria-invalid') !== 'true') told.push(`not marked: #${id}`);
      if (!(field.getAttribute('aria-describedby') || '').split(' ').includes(`${id}-wrong`))
        told.push(`not described: #${id}`);
    }
  }
  return told;
}"""
_BEYOND = "document.documentElement.scrollWidth - window.innerWidth"


def equip(context: BrowserContext) -> Page:
    """Return a page of a phone's size into which axe is loaded with every document."""
    context.add_init_script(path=AXE)
    return context.new_page()


@dataclass(slots=True)
class Judge:
    """Asks axe about pages, once for what looks alike."""

    shapes: set[str] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)

    def faults(self, page: Page, *, sheets: bool = False) -> list[str]:
        """What is wrong with a page: by day and in the dark, on a phone and on the narrowest one.

        `sheets` are pages to be printed: each sheet of them has its own first heading.
        """
        told: list[str] = [*page.evaluate(_WHOLE, [sheets]), *beyond(page)]
        shape = page.evaluate(_SHAPE)
        if shape not in self.shapes:
            self.shapes.add(shape)
            told += _axe(page, rules={name: {"enabled": False} for name in COLOURS})
        told += self._unreadable(page)
        page.emulate_media(color_scheme="dark")
        told += [f"dark {one}" for one in self._unreadable(page)]
        page.emulate_media(color_scheme="light")
        return told

    def _unreadable(self, page: Page) -> list[str]:
        """Which words cannot be read, of those in colours that were not looked at yet."""
        pairs = page.evaluate(_PAIRS, [sorted(self.pairs)])
        self.pairs.update(pairs)
        return _axe(page, within="[data-new]", runOnly=list(COLOURS)) if pairs else []


def _axe(page: Page, *, within: str = "", **chosen: object) -> list[str]:
    """What axe finds in a page, or in parts of it, by the rules that are chosen."""
    found: list[str] = page.evaluate(_RUN, [within, chosen])
    return found


def beyond(page: Page) -> list[str]:
    """Say at which width something has to be scrolled sideways."""
    told = []
    for width in (NARROWEST, PHONE):
        page.set_viewport_size({"width": width, "height": 640})
        if page.evaluate(_BEYOND) > 0:
            told.append(f"sideways at {width}")
    return told


def lost_focus(page: Page) -> list[str]:
    """Say where the keyboard's place is not to be seen: no outline, or under a sticky bar.

    It is looked for in forced colours, and nothing may move for those who want stillness.
    """
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.keyboard.press("Tab")  # from here on the browser shows where the focus is
    found: list[str] = page.evaluate(_FOCUS)
    moving = page.evaluate("document.getAnimations().length")
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    return [*found, *(["something moves"] if moving else [])]


def untold(page: Page) -> list[str]:
    """What is missing where a form was wrong: box, focus, links, the same words at the fields."""
    found: list[str] = page.evaluate(_WRONG)
    return found


def fill(page: Page, door: str, press: str, said: dict[str, Any]) -> None:
    """Empty the form that goes to a door, say these things in it and send it unchecked."""
    with page.expect_navigation():
        page.evaluate(_FILL, [door, press, said])


_FILL = """([door, press, said]) => {
  const asked = form => form.method === 'post' && new URL(form.action).pathname === door;
  const pressed = form => [...form.elements].find(one => `${one.name}=${one.value}` === press);
  const form = [...document.forms].find(one => asked(one) && (!press || pressed(one)));
  if (!form) throw new Error(`no form goes to ${door} with ${press} on ${document.title}`);
  for (const one of form.elements)
    if (one.matches('input:not([type=hidden],[type=checkbox],[type=radio],[type=file],'
        + '[type=color]), textarea')) one.value = '';
  for (const [name, text] of Object.entries(said)) form.elements[name].value = text;
  form.noValidate = true;
  const button = press && pressed(form);
  form.requestSubmit(button?.type === 'submit' ? button : undefined);
}"""
