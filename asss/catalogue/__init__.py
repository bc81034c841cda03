"""
Catalogue: all that is known beside the figures, read from ``parameters/`` and checked.

::

              supposition           what is known, but for what a what-if supposes
               catalogue            everything, read and cross-checked
              translation           another language, laid over bokmål
               knowledge            the form of what is known
            formula   rules         what a figure is made of │ what may be said, and
                                    with which fields
               parameters           the network and a run; how files are read
          language     markdown         rules of writing │ comments
"""
