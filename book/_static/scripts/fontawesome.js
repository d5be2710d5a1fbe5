/* Icons come from the web font that the style sheet names; 1.5 MB of drawings are not needed. */
