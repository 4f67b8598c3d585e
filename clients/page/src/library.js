// What the page is drawn with: Preact, its hooks, and htm to write elements without a compiler.

import { Component, Fragment, h, render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import htm from "htm";

export const html = htm.bind(h);

const same = (one, other) => {
  const keys = Object.keys(other);
  return keys.length === Object.keys(one).length && keys.every((key) => one[key] === other[key]);
};

/** The component, drawn again only where one of its properties is another. */
export function memo(Drawn) {
  return class extends Component {
    shouldComponentUpdate(next) {
      return !same(this.props, next);
    }
    render(props) {
      return h(Drawn, props);
    }
  };
}

export { Component, Fragment, h, render, useEffect, useLayoutEffect, useRef, useState };
