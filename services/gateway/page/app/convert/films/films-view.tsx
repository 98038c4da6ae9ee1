import { ChosenFilms } from './chosen-films.tsx';
import { SentFilms } from './sent-films.tsx';
import './films.css';

/** The films that were found, and those that are being sent. */
export function FilmsView() {
  return (
    <>
      <ChosenFilms />
      <SentFilms />
    </>
  );
}
