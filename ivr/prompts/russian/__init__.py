"""Russian in words: numbers, times, dates, houses and places, from closed tables of our own.

Pure functions; every table is small enough to be tested in full. «ё» is always written.
"""
