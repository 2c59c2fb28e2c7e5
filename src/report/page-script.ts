/**
 * The little script of the report page. It adds nothing to what the page says: it filters the event table, and shows
 * what browsers show for a picture's `title` without their delay. Text reaches the page as text only (`textContent`).
 */
export const PAGE_SCRIPT = `
(function () {
  'use strict';
  var box = document.getElementById('event-filter');
  var table = document.getElementById('event-table');
  if (box && table) {
    var input = document.getElementById('event-filter-text');
    var count = document.getElementById('event-filter-count');
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
    box.hidden = false;
    input.addEventListener('input', function () {
      var words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, i) {
        var hit = words.every(function (word) { return texts[i].indexOf(word) >= 0; });
        row.hidden = !hit;
        if (hit) shown++;
      });
      count.textContent = words.length ? shown + ' of ' + rows.length : '';
    });
  }
  var tip = document.createElement('div');
  tip.id = 'tip';
  tip.hidden = true;
  document.body.appendChild(tip);
  var words = new WeakMap();
  function owner(node) {
    for (; node && node.ownerSVGElement; node = node.parentNode) {
      if (words.has(node)) return node;
      var first = node.firstElementChild;
      if (first && first.nodeName === 'title') {
        words.set(node, first.textContent.split('; ').join('\\n'));
        node.removeChild(first);
        return node;
      }
    }
    return null;
  }
  document.addEventListener('pointermove', function (event) {
    var node = owner(event.target);
    tip.hidden = !node;
    if (!node) return;
    tip.textContent = words.get(node);
    var x = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
    var y = event.clientY + 18;
    if (y + tip.offsetHeight > window.innerHeight) y = event.clientY - tip.offsetHeight - 12;
    tip.style.left = Math.max(4, x) + 'px';
    tip.style.top = Math.max(4, y) + 'px';
  });
})();
`;
